"""Pictures in Parquet files, as Hugging Face, pandas and polars write them: read exactly, or refused with the row.

The `datasets` library is too heavy for these tests: its files are written here by pyarrow with the schema and the
metadata of `ylecun/mnist` on Hugging Face.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.sources.arrays.parquet import read_parquet
from components.sources.source_result import SourceResult
from components.sources.source_settings import SourceEntry
from learning.synthetic.encoding import encode_png
from schemas.artifacts.examples import Split
from schemas.errors import InputError
from tests.samples import draw_digit

NAMES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def read(path: Path, **settings: object) -> SourceResult:
    """Read a file whole, as the train split."""
    entry = {"source": "parquet", "file": path, "test_share": 0, **settings}
    return read_parquet(SourceEntry.model_validate(entry), 0)


def hugging_face(split: Split, names: list[str] | None = None) -> pa.Table:
    """Return a table as Hugging Face has it: a struct of the PNG's bytes and its path, and the label as an integer."""
    image = pa.array([{"bytes": encode_png(each), "path": None} for each in split.images])
    label = {"names": names or [str(i) for i in range(10)], "_type": "ClassLabel"}
    about = {"info": {"features": {"image": {"_type": "Image"}, "label": label}}}
    columns: dict[str, Any] = {"image": image, "label": pa.array(split.labels, pa.int64())}
    return pa.table(columns).replace_schema_metadata({"huggingface": json.dumps(about)})


def written_by_hugging_face(split: Split, path: Path) -> None:
    """Write it as Hugging Face does."""
    pq.write_table(hugging_face(split), path)


def written_with_binaries(split: Split, path: Path) -> None:
    """Write it as a column of PNG files and one of words."""
    columns: dict[str, Any] = {
        "img": pa.array([encode_png(each) for each in split.images]),
        "class": split.labels.astype(str).tolist(),
    }
    pq.write_table(pa.table(columns), path)


def written_by_pandas_with_lists(split: Split, path: Path) -> None:
    """Write it as pandas, with a list of 784 pixels in each row."""
    flat = list(split.images.reshape(len(split), -1))
    pd.DataFrame({"pixels": flat, "label": split.labels}).to_parquet(path)


def written_by_polars_with_lists_of_lists(split: Split, path: Path) -> None:
    """Write it as polars, with a list for each row of the picture, of 0 to 1."""
    pl.DataFrame({"image": (split.images / 255).tolist(), "label": split.labels}).write_parquet(path)


def written_by_pandas_with_columns(split: Split, path: Path) -> None:
    """Write it as a column for each pixel and a category, as OpenML's mnist_784."""
    names = [f"pixel{i}" for i in range(1, 785)]
    wide = pd.DataFrame(split.images.reshape(len(split), -1), columns=names)
    wide.assign(**{"class": pd.Categorical(split.labels.astype(str))}).to_parquet(path)


WRITERS: list[Callable[[Split, Path], None]] = [
    written_by_hugging_face,
    written_with_binaries,
    written_by_pandas_with_lists,
    written_by_polars_with_lists_of_lists,
    written_by_pandas_with_columns,
]


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
def test_what_people_write_is_read(digits: Split, tmp_path: Path, write: Callable[[Split, Path], None]) -> None:
    """Every picture is read with its label, bit for bit, whoever wrote the file."""
    write(digits, tmp_path / "train.parquet")
    train = read(tmp_path / "train.parquet").splits["train"]
    np.testing.assert_array_equal(train.images, digits.images)
    assert (train.labels.tolist(), train.classes) == (digits.labels.tolist(), tuple("0123456789"))


def test_hugging_faces_names_are_the_classes(digits: Split, tmp_path: Path) -> None:
    """The names in the metadata are those of the classes; those of the settings come first."""
    pq.write_table(hugging_face(digits, NAMES), tmp_path / "a.parquet")
    assert read(tmp_path / "a.parquet").splits["train"].classes == tuple(NAMES)
    letters = list("abcdefghij")
    assert read(tmp_path / "a.parquet", classes=letters).splits["train"].classes == tuple(letters)


def test_a_folder_of_shards_is_read(digits: Split, tmp_path: Path) -> None:
    """All train-*.parquet are the train split, in the order of their names, and test-*.parquet the test split."""
    halves = digits.take(np.arange(20)), digits.take(np.arange(20, 40))
    for number, half in enumerate(halves):
        pq.write_table(hugging_face(half), tmp_path / f"train-0000{number}-of-00002.parquet")
    pq.write_table(hugging_face(halves[1]), tmp_path / "test-00000-of-00001.parquet")
    splits = read_parquet(SourceEntry.model_validate({"source": "parquet", "folder": tmp_path}), 0).splits
    np.testing.assert_array_equal(splits["train"].images, digits.images)
    np.testing.assert_array_equal(splits["test"].images, halves[1].images)


def test_photos_go_through_the_front_end(tmp_path: Path) -> None:
    """A picture file of another size is normalised like one that is predicted."""
    columns: dict[str, Any] = {
        "image": pa.array([encode_png(draw_digit(digit, i)) for i in range(2) for digit in "37"]),
        "label": [3, 7] * 2,
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    train = read(tmp_path / "a.parquet").splits["train"]
    assert train.images.max() == 255
    assert not train.images[:, 0].any()


def broken(split: Split, column: str, row: int, cell: Any) -> pa.Table:  # noqa: ANN401
    """Return Hugging Face's table with another cell."""
    rows = hugging_face(split).to_pylist()
    rows[row][column] = cell
    return pa.Table.from_pylist(rows)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda split: broken(split, "image", 7, {"bytes": b"hello", "path": None}), "row 7, image cannot be read"),
        (lambda split: broken(split, "image", 7, {"bytes": None, "path": "a.png"}), "row 7, image holds no picture"),
        (lambda split: broken(split, "label", 7, None), "row 7 has no label"),
        (lambda split: hugging_face(split).drop_columns(["label"]), "which column holds the labels"),
        (lambda split: hugging_face(split).rename_columns(["image", "what"]), "which column holds the labels"),
        (lambda _: pa.table({"image": [[1, 2, 3]] * 4, "label": [0, 1] * 2}), "row 0, image is no square picture"),
        (
            lambda _: pa.table({"image": [[0, 9, 9, 0], [1, 2]], "label": [0, 1]}),
            "row 1, image is no square picture",
        ),
        (
            lambda _: pa.table({"image": [[0, 9, 9, 0]] * 2 + [[1, 2, 3, 999]], "label": [0, 1, 2]}),
            "row 2, pixel 3 is no pixel",
        ),
    ],
)
def test_a_fault_is_named_with_its_row(
    digits: Split, tmp_path: Path, change: Callable[[Split], pa.Table], words: str
) -> None:
    """The error names the file and the row."""
    pq.write_table(change(digits), tmp_path / "bad.parquet")
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path / "bad.parquet")
    assert "bad.parquet" in caught.value.headline


def test_another_file_is_refused(tmp_path: Path) -> None:
    """A file that is no Parquet file is an error."""
    (tmp_path / "a.parquet").write_bytes(b"hello, world")
    with pytest.raises(InputError, match=r"a\.parquet cannot be read"):
        read(tmp_path / "a.parquet")


def test_a_folder_without_shards_is_refused(tmp_path: Path) -> None:
    """The error names what Hugging Face calls the files."""
    (tmp_path / "data.parquet").touch()
    with pytest.raises(InputError, match=r"holds no train\*\.parquet") as caught:
        read_parquet(SourceEntry.model_validate({"source": "parquet", "folder": tmp_path}), 0)
    assert caught.value.found == "data.parquet"
