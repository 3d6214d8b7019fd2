"""Files in the format of the original MNIST: read exactly, or refused with the fault."""

from __future__ import annotations

import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from components.sources.arrays.idx import read_idx
from components.sources.source_result import SourceResult
from components.sources.source_settings import SourceEntry
from schemas.errors import InputError
from tests.components.sources.own_pictures import Own, ingest_own
from tests.samples import make_split, write_idx

PARTS = {"train": [0, 1, 2, 0, 1, 2], "t10k": [2, 1, 0]}
GARMENTS = ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def write_all(folder: Path, end: str = "", parts: dict[str, list[int]] | None = None) -> Path:
    """Write the four files."""
    for seed, (part, labels) in enumerate((parts or PARTS).items()):
        split = make_split(labels, seed=seed)
        write_idx(folder / f"{part}-images-idx3-ubyte{end}", split.images)
        write_idx(folder / f"{part}-labels-idx1-ubyte{end}", split.labels.astype(np.uint8))
    return folder


def read(folder: Path, **settings: object) -> SourceResult:
    """Read the four files."""
    return read_idx(SourceEntry.model_validate({"source": "idx", "folder": folder, **settings}))


@pytest.mark.parametrize("end", ["", ".gz"])
def test_pictures_and_labels_are_those_written(tmp_path: Path, end: str) -> None:
    """Gzipped or not, every picture is read with its label, in order."""
    result = read(write_all(tmp_path, end))
    for seed, (split, labels) in enumerate(zip(("train", "test"), PARTS.values(), strict=True)):
        np.testing.assert_array_equal(result.splits[split].images, make_split(labels, seed=seed).images)
        assert result.splits[split].labels.tolist() == labels


def test_gzip_is_recognised_by_content(tmp_path: Path) -> None:
    """A gzipped file without .gz in its name is read too."""
    write_all(tmp_path, ".gz")
    for path in list(tmp_path.iterdir()):
        path.rename(path.with_suffix(""))
    assert len(read(tmp_path).splits["train"]) == 6


def test_the_files_may_be_named_one_by_one(tmp_path: Path) -> None:
    """The four settings may name files of any name."""
    files: dict[str, Path] = {}
    for split, labels in {"train": [0, 1], "test": [1]}.items():
        files[f"{split}_images"] = write_idx(tmp_path / f"{split}.pictures", make_split(labels).images)
        files[f"{split}_labels"] = write_idx(tmp_path / f"{split}.names", np.array(labels, np.uint8))
    result = read_idx(SourceEntry.model_validate({"source": "idx", **files}))
    assert [len(split) for split in result.splits.values()] == [2, 1]


def test_dotted_names_are_found(tmp_path: Path) -> None:
    """Names with a dot before idx, as on some mirrors, are found."""
    write_all(tmp_path)
    for path in list(tmp_path.iterdir()):
        path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    assert len(read(tmp_path).splits["train"]) == 6


@pytest.mark.parametrize("prefix", ["emnist-digits-", "qmnist-"])
def test_names_of_other_sets_are_found(tmp_path: Path, prefix: str) -> None:
    """A set's name may come first, and test may stand for t10k; files that are no idx files do not matter."""
    write_all(tmp_path, ".gz")
    for path in list(tmp_path.iterdir()):
        path.rename(path.with_name(prefix + path.name.replace("t10k", "test")))
    (tmp_path / "readme.txt").touch()
    assert len(read(tmp_path).splits["train"]) == 6


def test_several_sets_are_an_error(tmp_path: Path) -> None:
    """If a folder holds two whole sets, as EMNIST's does, the error names both."""
    write_all(tmp_path)
    for path in list(tmp_path.iterdir()):
        shutil.copy(path, tmp_path / f"emnist-letters-{path.name}")
    with pytest.raises(InputError, match="several sets") as caught:
        read(tmp_path)
    assert caught.value.found == "MNIST's names, emnist-letters"


def test_qmnists_labels_are_read(tmp_path: Path) -> None:
    """Of a table of integers the first column is the label."""
    for part, labels in PARTS.items():
        table = np.column_stack([labels, *[np.arange(len(labels)) + 1000] * 7]).astype(">i4")
        header = struct.pack(">III", 0x0C02, len(labels), 8)
        name = f"qmnist-{part.replace('t10k', 'test')}"
        write_idx(tmp_path / f"{name}-images-idx3-ubyte", make_split(labels).images)
        (tmp_path / f"{name}-labels-idx2-int").write_bytes(header + table.tobytes())
    assert read(tmp_path).splits["train"].labels.tolist() == PARTS["train"]


@pytest.mark.parametrize(("columns", "words"), [(0, "no table of labels"), (9, "is cut short"), (7, "is too long")])
def test_a_wrong_table_of_labels_is_refused(tmp_path: Path, columns: int, words: str) -> None:
    """A table whose length contradicts its header is an error."""
    write_all(tmp_path)
    path = tmp_path / "train-labels-idx1-ubyte"
    path.write_bytes(struct.pack(">III", 0x0C02, 6, columns) + bytes(6 * 8 * 4))
    with pytest.raises(InputError, match=words):
        read(tmp_path)


def test_emnists_mapping_names_the_classes(tmp_path: Path) -> None:
    """The mapping file beside EMNIST's letters, whose labels begin with 1, names the classes."""
    write_all(tmp_path, parts={"train": [1, 2, 1, 2], "t10k": [2, 1]})
    for path in list(tmp_path.iterdir()):
        path.rename(path.with_name(f"emnist-letters-{path.name}"))
    mapping = tmp_path / "emnist-letters-mapping.txt"
    mapping.write_text("1 65 97\n2 66 98\n3 67 99\n")
    train = read(tmp_path).splits["train"]
    assert (train.classes, train.labels.tolist()) == (("A", "B"), [0, 1, 0, 1])
    mapping.write_text("1 65 97\n")
    with pytest.raises(InputError, match=r"mapping.txt does not name the labels"):
        read(tmp_path)


def test_names_of_labels_that_begin_with_1(tmp_path: Path) -> None:
    """Of labels 1, 2, 3 three names are those, in this order."""
    write_all(tmp_path, parts={"train": [1, 2, 3], "t10k": [3]})
    train = read(tmp_path, classes=["a", "b", "c"]).splits["train"]
    assert (train.classes, train.labels.tolist()) == (("a", "b", "c"), [0, 1, 2])


def test_classes_are_the_numbers(tmp_path: Path) -> None:
    """Without class names, a class is named by its number."""
    assert read(write_all(tmp_path)).splits["train"].classes == ("0", "1", "2")


def test_classes_can_be_named(tmp_path: Path) -> None:
    """The setting names the classes in the order of their labels."""
    assert read(write_all(tmp_path), classes=["a", "b", "c"]).splits["test"].classes == ("a", "b", "c")


def test_a_label_without_a_name_is_refused(tmp_path: Path) -> None:
    """If there are fewer names than labels, the error says which label has none."""
    with pytest.raises(InputError, match="a label without a name") as caught:
        read(write_all(tmp_path), classes=["a", "b"])
    assert (caught.value.found, caught.value.expected) == ("2", "at most 1")


def test_unused_numbers_are_not_classes(tmp_path: Path) -> None:
    """Labels that start at 1 leave no empty class, and a warning says so."""
    own = ingest_own(
        tmp_path / "out", source="idx", folder=write_all(tmp_path / "in", parts={"train": [1, 3], "t10k": [3, 1]})
    )
    assert (own.train.classes, own.train.labels.tolist()) == (("1", "3"), [0, 1])
    assert "no picture is labelled 0, 2" in own.warned


def test_ids_number_the_pictures(tmp_path: Path) -> None:
    """An id is the split and the position in the file."""
    assert read(write_all(tmp_path)).splits["test"].ids == ["test-00000", "test-00001", "test-00002"]


def replace(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """Return a function that replaces the first occurrence of some bytes."""
    return lambda content: content.replace(old, new, 1)


WRONG: dict[str, tuple[str, Callable[[bytes], bytes], str, str]] = {
    "labels for pictures": (
        "images-idx3",
        replace(b"\x08\x03", b"\x08\x01"),
        "not an idx file of pictures",
        "an idx file of labels",
    ),
    "floats": ("images-idx3", replace(b"\x08\x03", b"\x0d\x03"), "not an idx file of pictures", "first bytes 00000d03"),
    "another size": ("images-idx3", replace(b"\x1c", b"\x20"), "pictures of another size", "32x28"),
    "counts that differ": ("labels-idx1", lambda c: c[:7] + b"\x05" + c[8:-1], "do not match", "6 pictures, 5 labels"),
    "cut short": ("images-idx3", lambda content: content[:-1], "is cut short", "4,703 bytes"),
    "cut in its header": ("images-idx3", lambda content: content[:10], "is cut short", "10 bytes"),
    "too long": ("images-idx3", lambda content: content + b"\0", "is too long", "more than 4,704 bytes"),
    "more than there is": ("labels-idx1", replace(b"\0\0\0\x06", b"\xff" * 4), "is cut short", "6 bytes"),
    "empty": ("labels-idx1", lambda _: b"", "not an idx file of labels", "first bytes (none)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_named_with_its_fault(tmp_path: Path, case: str) -> None:
    """A file that contradicts its header, or is another file, is refused with its name and what was found."""
    kind, change, words, found = WRONG[case]
    path = write_all(tmp_path) / f"train-{kind}-ubyte"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path)
    assert path.name in str(caught.value)
    assert found in caught.value.found


@pytest.mark.parametrize(("end", "words"), [(-9, "is cut short"), (200, "is cut short")])
def test_a_truncated_gzip_file_is_refused(tmp_path: Path, end: int, words: str) -> None:
    """A truncated gzip file is an input error."""
    path = write_all(tmp_path, ".gz") / "train-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:end])
    with pytest.raises(InputError, match=words):
        read(tmp_path)


def test_a_damaged_gzip_file_is_refused(tmp_path: Path) -> None:
    """A flipped byte inside a gzip file is found."""
    path = write_all(tmp_path, ".gz") / "train-images-idx3-ubyte.gz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InputError, match="is damaged"):
        read(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The error names the missing one of the four files."""
    (write_all(tmp_path) / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(InputError, match="does not hold the four idx files") as caught:
        read(tmp_path)
    assert caught.value.found == "neither t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte.gz"


@pytest.fixture(scope="module")
def fashion(tmp_path_factory: pytest.TempPathFactory) -> Own:
    """Ingest Fashion-MNIST, with the names of its garments."""
    folder = Path(os.environ.get("FASHION_MNIST_FILES", ""))
    assert (folder / "train-images-idx3-ubyte.gz").is_file(), (
        "FASHION_MNIST_FILES must name the folder of the four files"
    )
    return ingest_own(tmp_path_factory.mktemp("fashion"), source="idx", folder=folder, classes=GARMENTS)


@pytest.mark.full
def test_fashion_mnist_is_balanced(fashion: Own) -> None:
    """Fashion-MNIST has 6,000 train pictures and 1,000 test pictures of each garment."""
    assert fashion.record.splits["train"].classes == dict.fromkeys(GARMENTS, 6000)
    assert fashion.record.splits["test"].classes == dict.fromkeys(GARMENTS, 1000)


@pytest.mark.full
def test_fashion_mnist_has_its_known_mean_and_deviation(fashion: Own) -> None:
    """Mean and standard deviation of its train pixels are the published ones."""
    train = fashion.record.splits["train"]
    assert (train.mean, train.std) == pytest.approx((0.2860, 0.3530), abs=1e-4)
