"""Examples survive the round trip, in compressed files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from schemas.artifacts.examples import Examples, Split
from schemas.errors import InputError
from tests.samples import make_split


def write_and_read(folder: Path, split: Split) -> Split:
    """Write a split as 'train' and read it back."""
    Examples.write(folder, "train", split)
    return Examples(folder).read("train")


def write_arrow(path: Path, side: int, metadata: dict[str | bytes, str | bytes]) -> None:
    """Write one picture of *side* x *side* pixels under our column names, with this metadata."""
    fields = {"image": pa.list_(pa.uint8(), side * side), "label": pa.int32(), "id": pa.string()}
    schema = pa.schema(list(fields.items()), metadata=metadata)
    table = pa.Table.from_pylist([{"image": [0] * side * side, "label": 0, "id": "a"}], schema=schema)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, schema) as writer:
        writer.write_table(table)


def test_images_survive_the_round_trip(tmp_path: Path) -> None:
    """The pictures read are the pictures written, pixel for pixel, in order."""
    split = make_split([3, 1, 4, 1, 5])
    np.testing.assert_array_equal(write_and_read(tmp_path, split).images, split.images)


def test_labels_survive_the_round_trip(tmp_path: Path) -> None:
    """The labels read are the labels written, as int32."""
    labels = write_and_read(tmp_path, make_split([3, 1, 4, 1, 5])).labels
    assert (labels.tolist(), labels.dtype) == ([3, 1, 4, 1, 5], np.dtype(np.int32))


def test_ids_survive_the_round_trip(tmp_path: Path) -> None:
    """The ids read are the ids written."""
    assert list(write_and_read(tmp_path, make_split([3, 1, 4])).ids) == ["000000", "000001", "000002"]


@pytest.mark.parametrize("classes", [tuple("0123456789"), ("zero", "ä", ""), ("only",)])
def test_classes_survive_the_round_trip(tmp_path: Path, classes: tuple[str, ...]) -> None:
    """The class names read are those written, whether they are the ten digits or not."""
    assert write_and_read(tmp_path, make_split([0, 0], classes)).classes == classes


def test_length_is_the_number_of_pictures(tmp_path: Path) -> None:
    """The length of a split is its number of pictures."""
    assert len(write_and_read(tmp_path, make_split([3, 1, 4]))) == 3


def test_take_keeps_picture_label_and_id_together() -> None:
    """A selection holds the chosen pictures with their labels and ids, in the chosen order."""
    split = make_split([3, 1, 4])
    taken = split.take(np.array([2, 0]))
    assert (taken.labels.tolist(), list(taken.ids)) == ([4, 3], ["000002", "000000"])
    np.testing.assert_array_equal(taken.images, split.images[[2, 0]])


@pytest.mark.parametrize("column", ["images", "labels"])
def test_columns_are_read_only(tmp_path: Path, column: str) -> None:
    """The pictures and labels of a split read from a file are read-only."""
    read = write_and_read(tmp_path, make_split([3, 1, 4]))
    assert not getattr(read, column).flags.writeable


@pytest.mark.parametrize("column", ["images", "labels"])
def test_columns_are_views(tmp_path: Path, column: str) -> None:
    """The pictures and labels of a split read from a file do not own their memory."""
    read = write_and_read(tmp_path, make_split([3, 1, 4]))
    assert not getattr(read, column).flags.owndata


def test_pictures_with_much_background_take_little_space(tmp_path: Path) -> None:
    """Digits fill a fifth of a picture, and the file takes about that share of the pixels."""
    images = np.zeros((100, 28, 28), np.uint8)
    images[:, 10:18, 8:20] = np.random.default_rng(0).integers(0, 256, (100, 8, 12), np.uint8)
    read = write_and_read(tmp_path, Split(images, np.zeros(100, np.int32), [str(i) for i in range(100)], ("0",)))
    assert (read.images == images).all()
    assert (tmp_path / "train.arrow").stat().st_size < images.nbytes / 4


def test_an_empty_split_comes_back_empty(tmp_path: Path) -> None:
    """An empty split is read back with the right shapes."""
    read = write_and_read(tmp_path, make_split([]))
    assert (read.images.shape, read.labels.shape, list(read.ids)) == ((0, 28, 28), (0,), [])


def test_an_empty_split_keeps_its_classes(tmp_path: Path) -> None:
    """An empty split still names its classes."""
    assert write_and_read(tmp_path, make_split([], ("a", "b"))).classes == ("a", "b")


def test_splits_are_listed_by_name(tmp_path: Path) -> None:
    """The splits of an artifact are its Arrow files, sorted by name."""
    for name in ("train", "test"):
        Examples.write(tmp_path, name, make_split([1]))
    (tmp_path / "manifest.json").touch()
    assert Examples(tmp_path).splits == ("test", "train")


def test_a_missing_split_names_the_existing_ones(tmp_path: Path) -> None:
    """The error for a missing split names the existing splits and the requested one."""
    for name in ("train", "test"):
        Examples.write(tmp_path, name, make_split([1]))
    with pytest.raises(InputError) as caught:
        Examples(tmp_path).read("validation")
    assert (caught.value.found, caught.value.expected) == ("test, train", "validation")


def test_other_columns_are_refused(tmp_path: Path) -> None:
    """An Arrow file with other columns is an InputError."""
    table = pa.table({"picture": [1], "label": [2]})  # pyright: ignore[reportUnknownMemberType]
    with pa.OSFile(str(tmp_path / "train.arrow"), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    with pytest.raises(InputError, match="does not hold examples"):
        Examples(tmp_path).read("train")


def test_pictures_of_another_size_are_refused(tmp_path: Path) -> None:
    """An Arrow file with our column names and pictures of another size is an InputError."""
    write_arrow(tmp_path / "train.arrow", 32, {"shape": "32x32", "classes": '["0", "1"]'})
    with pytest.raises(InputError, match="does not hold examples"):
        Examples(tmp_path).read("train")


@pytest.mark.parametrize(
    "metadata", [{}, {"shape": "28x28"}, {"classes": '["0"]'}, {"shape": "14x56", "classes": "[]"}]
)
def test_columns_without_our_metadata_are_refused(tmp_path: Path, metadata: dict[str | bytes, str | bytes]) -> None:
    """An Arrow file whose metadata lacks the shape 28x28 or the classes is an InputError."""
    write_arrow(tmp_path / "train.arrow", 28, metadata)
    with pytest.raises(InputError, match="does not hold examples"):
        Examples(tmp_path).read("train")


def test_a_file_that_is_not_arrow_is_refused(tmp_path: Path) -> None:
    """A file that is not Arrow is an InputError."""
    (tmp_path / "train.arrow").write_bytes(b"not an Arrow file")
    with pytest.raises(InputError, match="does not hold examples"):
        Examples(tmp_path).read("train")
