"""Pictures in CSV files, as people and their libraries write them: read exactly, or refused with row and column."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_digits

from components.sources.arrays.comma_separated import read_csv
from components.sources.source_result import SourceResult
from components.sources.source_settings import SourceEntry
from schemas.artifacts.examples import Split
from schemas.errors import InputError
from tests.components.sources.own_pictures import ingest_own

HEADER = ["label", *(f"pixel{i}" for i in range(784))]


def table(split: Split) -> NDArray[np.uint8]:
    """Return labels and pixels, uint8 [n, 785]."""
    return np.column_stack([split.labels.astype(np.uint8), split.images.reshape(len(split), -1)])


def frame(split: Split) -> pd.DataFrame:
    """Return a table like Kaggle's train.csv."""
    return pd.DataFrame(table(split), columns=HEADER)


def text_of(split: Split, header: str | None = ",".join(HEADER), **settings: Any) -> str:  # noqa: ANN401
    """Return a CSV text with this header."""
    lines = frame(split).to_csv(index=False, header=False, **settings)
    return lines if header is None else f"{header}\n{lines}"


def read(path: Path, **settings: object) -> SourceResult:
    """Read a file whole, as the train split."""
    entry = {"source": "csv", "file": path, "test_share": 0, **settings}
    return read_csv(SourceEntry.model_validate(entry), 0)


def check(result: SourceResult, split: Split) -> None:
    """Check that pictures and labels are those written."""
    train = result.splits["train"]
    np.testing.assert_array_equal(train.images, split.images)
    assert [train.classes[label] for label in train.labels] == [str(label) for label in split.labels]


def written_by_pandas(split: Split, path: Path) -> None:
    """Write it as pandas, without its index."""
    frame(split).to_csv(path, index=False)


def written_by_pandas_with_its_index(split: Split, path: Path) -> None:
    """Write it as pandas, with its index as a column without a name."""
    frame(split).to_csv(path)


def written_by_polars(split: Split, path: Path) -> None:
    """Write it as polars."""
    pl.DataFrame(table(split), schema=HEADER).write_csv(path)


def written_by_numpy(split: Split, path: Path) -> None:
    """Write it as numpy, without a header."""
    np.savetxt(path, table(split), fmt="%d", delimiter=",")


def written_by_numpy_as_floats(split: Split, path: Path) -> None:
    """Write it as numpy's default: 3.000000000000000000e+00."""
    np.savetxt(path, table(split), delimiter=",")


def written_by_r(split: Split, path: Path) -> None:
    """R's write.csv quotes the header and the names of the rows, and ends lines with CRLF on Windows."""
    header = ",".join(f'"{name}"' for name in ["", *HEADER])
    rows = [f'"{i + 1}",{",".join(map(str, row))}' for i, row in enumerate(table(split).tolist())]
    path.write_bytes("".join(f"{line}\r\n" for line in [header, *rows]).encode())


def written_by_excel(split: Split, path: Path) -> None:
    """Excel writes a byte-order mark, and semicolons where the comma is the decimal sign."""
    path.write_bytes(b"\xef\xbb\xbf" + text_of(split, ";".join(HEADER), sep=";").encode())


def written_with_labels_last(split: Split, path: Path) -> None:
    """Write it as labels in the last column, without a header."""
    np.savetxt(path, np.roll(table(split), -1, axis=1), fmt="%d", delimiter=",")


def written_with_tabs(split: Split, path: Path) -> None:
    """Write it as tabs between the cells."""
    path.write_text(text_of(split, "\t".join(HEADER), sep="\t"))


def written_with_named_cells(split: Split, path: Path) -> None:
    """Write it as other names of columns."""
    path.write_text(text_of(split, ",".join(["Digit", *(f"{i}x{j}" for i in range(28) for j in range(28))])))


def written_with_counted_columns(split: Split, path: Path) -> None:
    """Write it as pandas does without names: 0,1,2 and so on in the first line."""
    pd.DataFrame(table(split)).to_csv(path, index=False)


def written_gzipped(split: Split, path: Path) -> None:
    """Write it as a gzipped file whose name does not say so."""
    path.write_bytes(gzip.compress(text_of(split).encode()))


WRITERS: list[Callable[[Split, Path], None]] = [
    written_by_pandas,
    written_by_pandas_with_its_index,
    written_by_polars,
    written_by_numpy,
    written_by_numpy_as_floats,
    written_by_r,
    written_by_excel,
    written_with_labels_last,
    written_with_tabs,
    written_with_named_cells,
    written_with_counted_columns,
    written_gzipped,
]


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_what_people_write_is_read(digits: Split, tmp_path: Path, write: Callable[[Split, Path], None]) -> None:
    """Every picture is read with its label, bit for bit, whoever wrote the file."""
    write(digits, tmp_path / "train.csv")
    check(read(tmp_path / "train.csv"), digits)


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("0 to 1", lambda pixels: pixels / 255),
        ("-1 to 1", lambda pixels: pixels / 127.5 - 1),
        ("0 to 255", lambda pixels: pixels),
    ],
)
def test_the_range_of_the_pixels_is_told(
    digits: Split, tmp_path: Path, words: str, change: Callable[[NDArray[Any]], NDArray[Any]]
) -> None:
    """Pixels of 0 to 1 and of -1 to 1 are scaled, and the statistics say what was found."""
    pixels = change(digits.images.reshape(len(digits), -1).astype(np.float64))
    pd.DataFrame(pixels).assign(label=digits.labels).to_csv(tmp_path / "train.csv", index=False)
    result = read(tmp_path / "train.csv")
    check(result, digits)
    assert result.source.dataset == f"the pictures in train.csv (pixels of {words})"


def test_scikit_learns_digits_are_read(tmp_path: Path) -> None:
    """Pictures of 8x8 with pixels of 0 to 16 are brought to 28x28, and hold digits."""
    found: Any = load_digits(as_frame=True)
    found.frame.to_csv(tmp_path / "digits.csv", index=False)
    own = ingest_own(tmp_path / "out", source="csv", file=tmp_path / "digits.csv")
    assert own.record.source.dataset == "the pictures in digits.csv (pixels of 0 to 16, 8x8 brought to 28x28)"
    assert (len(own.train) + len(own.test), own.train.classes) == (1797, tuple("0123456789"))
    assert own.train.images.max() == 255
    assert "lie another way" not in own.warned


def test_larger_pictures_are_brought_to_28x28(digits: Split, tmp_path: Path) -> None:
    """Pictures doubled to 56x56 are brought back."""
    doubled = digits.images.repeat(2, axis=1).repeat(2, axis=2).reshape(len(digits), -1)
    np.savetxt(tmp_path / "a.csv", np.column_stack([digits.labels, doubled]), fmt="%d", delimiter=",")
    check(read(tmp_path / "a.csv"), digits)


def test_the_column_of_labels_can_be_named(digits: Split, tmp_path: Path) -> None:
    """The setting names the column of labels; names of classes are labels too."""
    named = frame(digits).rename(columns={"label": "what"})
    named["what"] = [f"digit {label}" for label in digits.labels]
    named.to_csv(tmp_path / "a.csv", index=False)
    assert read(tmp_path / "a.csv", label="what").splits["train"].classes[:2] == ("digit 0", "digit 1")


def test_words_without_a_header_are_labels(digits: Split, tmp_path: Path) -> None:
    """Without a header, the column of words is that of the labels."""
    words = frame(digits).assign(label=[f"d{label}" for label in digits.labels])
    words.to_csv(tmp_path / "a.csv", index=False, header=False)
    assert read(tmp_path / "a.csv").splits["train"].classes[:2] == ("d0", "d1")


def test_a_second_file_is_the_test_split(digits: Split, tmp_path: Path) -> None:
    """test_file holds the test split; its classes are those of both files."""
    few = digits.take(np.flatnonzero(digits.labels < 2))
    written_by_pandas(digits, tmp_path / "train.csv")
    written_by_numpy(few, tmp_path / "test.csv")
    result = read(tmp_path / "train.csv", test_file=tmp_path / "test.csv")
    assert [len(result.splits[name]) for name in ("train", "test")] == [40, 8]
    assert result.splits["test"].ids[0] == "test-00000"
    assert result.splits["test"].classes == tuple("0123456789")


def test_a_share_is_held_out(digits: Split, tmp_path: Path) -> None:
    """Without test_file a share of each class is held out, by the row of the picture."""
    written_by_pandas(digits, tmp_path / "train.csv")
    result = read(tmp_path / "train.csv", test_share=0.25)
    assert np.bincount(result.splits["test"].labels).tolist() == [1] * 10
    assert result.splits["test"].ids[0].startswith("row-")


def test_classes_can_be_named(digits: Split, tmp_path: Path) -> None:
    """The setting names labels 0, 1 and so on; of labels that begin with 1 the first."""
    written_by_pandas(digits, tmp_path / "a.csv")
    assert read(tmp_path / "a.csv", classes=list("abcdefghij")).splits["train"].classes == tuple("abcdefghij")
    frame(digits).assign(label=digits.labels + 1).to_csv(tmp_path / "b.csv", index=False)
    train = read(tmp_path / "b.csv", classes=list("abcdefghij")).splits["train"]
    assert train.labels.tolist() == digits.labels.tolist()


def test_a_hundred_classes_are_in_natural_order(tmp_path: Path) -> None:
    """Many classes are named as in the file, 2 before 10."""
    pixels = np.random.default_rng(0).integers(0, 256, (200, 16))
    labelled = pd.DataFrame(pixels).assign(label=[f"sign {i % 100}" for i in range(200)])
    labelled.to_csv(tmp_path / "a.csv", index=False)
    assert read(tmp_path / "a.csv").splits["train"].classes == tuple(f"sign {i}" for i in range(100))


FAULTS: dict[str, tuple[Callable[[list[str]], list[str]], str, str]] = {
    "a word": (lambda rows: [*rows[:3], rows[3].replace(",0", ",x", 1), *rows[4:]], "row 4, pixel0: no number", "x"),
    "a gap": (lambda rows: [*rows[:3], rows[3].replace(",0", ",", 1)], "row 4, pixel0: no number", "an empty cell"),
    "too large": (lambda rows: [*rows[:2], rows[2].replace(",0", ",256", 1)], "row 3, pixel0 is no pixel", "256"),
    "not a number": (lambda rows: [*rows[:2], rows[2].replace(",0", ",nan", 1)], "row 3, pixel0 is no pixel", "nan"),
    "a row cut short": (lambda rows: [*rows[:4], rows[4][:100]], "row 5: wrong number of cells", "Expected 785"),
    "no label": (lambda rows: [*rows[:2], rows[2][1:]], "row 3 has no label", ""),
    "only a header": (lambda rows: rows[:1], "holds no pictures", "only a header"),
    "nothing": (lambda _: [], "is empty", ""),
    "no labels": (lambda rows: [row.partition(",")[2] for row in rows], "no column of labels", "784 columns"),
    "no square": (lambda rows: [row.rpartition(",")[0] for row in rows], "no square picture", "783 columns"),
    "standardised": (lambda rows: [rows[0], rows[1].replace(",0", ",-7.5", 1)], "another range", "-7.5 to"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_row_and_column(digits: Split, tmp_path: Path, fault: str) -> None:
    """The error names the file, and the row and the column of the fault."""
    change, words, found = FAULTS[fault]
    (tmp_path / "bad.csv").write_text("\n".join(change(text_of(digits).splitlines())))
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path / "bad.csv")
    assert str(tmp_path / "bad.csv") in caught.value.headline
    assert found in caught.value.found


def test_a_fault_far_down_is_named(digits: Split, tmp_path: Path) -> None:
    """The row is right in a file that is read in several blocks."""
    rows = text_of(digits).splitlines()
    many = [rows[0], *(rows[1:] * 130)]
    many[5100] = many[5100].replace(",0", ",x", 1)
    (tmp_path / "bad.csv").write_text("\n".join(many))
    with pytest.raises(InputError, match=r"row 5101, pixel0: no number"):
        read(tmp_path / "bad.csv")


def test_a_truncated_gzip_file_is_refused(digits: Split, tmp_path: Path) -> None:
    """A gzip file without its end is an error, not a shorter file."""
    written_gzipped(digits, tmp_path / "a.csv")
    data = (tmp_path / "a.csv").read_bytes()
    (tmp_path / "a.csv").write_bytes(data[: len(data) // 2])
    with pytest.raises(InputError, match=r"a\.csv"):
        read(tmp_path / "a.csv")


def test_a_zip_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """Kaggle's train.csv.zip is named as what it is."""
    (tmp_path / "train.csv").write_bytes(b"PK\x03\x04rest")
    with pytest.raises(InputError, match="is a zip archive") as caught:
        read(tmp_path / "train.csv")
    assert caught.value.do == "unzip it"


def test_ends_that_both_may_be_labels_are_an_error(tmp_path: Path) -> None:
    """If nothing tells which end holds the labels, the error asks; the answer is taken."""
    rows = np.random.default_rng(0).integers(0, 9, (30, 5))
    np.savetxt(tmp_path / "a.csv", rows, fmt="%d", delimiter=",")
    with pytest.raises(InputError, match="first or last"):
        read(tmp_path / "a.csv")
    assert len(read(tmp_path / "a.csv", label="last").splits["train"].classes) == len(set(rows[:, -1].tolist()))
