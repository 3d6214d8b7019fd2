"""Pictures in .npz files, as Keras and numpy write them: read exactly, or refused with the array."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.sources.arrays import npz
from components.sources.arrays.npz import read_npz
from components.sources.source_result import SourceResult
from components.sources.source_settings import SourceEntry
from schemas.artifacts.examples import Split
from schemas.errors import InputError

Arrays = dict[str, Any]


def arrays_of(split: Split) -> Arrays:
    """Return arrays of Keras's names: the whole split to train on, and ten pictures to test with."""
    labels = split.labels.astype(np.uint8)
    return {"x_train": split.images, "y_train": labels, "x_test": split.images[:10], "y_test": labels[:10]}


def read(path: Path, written: Arrays, /, **settings: object) -> SourceResult:
    """Write arrays and read them."""
    np.savez_compressed(path / "mnist.npz", **written)
    entry = {"source": "npz", "file": path / "mnist.npz", **settings}
    return read_npz(SourceEntry.model_validate(entry), 0)


FORMS: dict[str, Callable[[Arrays], Arrays]] = {
    "Keras's": lambda arrays: arrays,
    "flat": lambda arrays: {name: each.reshape(len(each), -1) for name, each in arrays.items()},
    "a channel last": lambda arrays: arrays | {x: arrays[x][..., None] for x in ("x_train", "x_test")},
    "a channel first": lambda arrays: arrays | {x: arrays[x][:, None] for x in ("x_train", "x_test")},
    "0 to 1": lambda arrays: arrays | {x: arrays[x].astype(np.float32) / 255 for x in ("x_train", "x_test")},
    "one-hot": lambda arrays: arrays | {y: np.eye(10, dtype=np.float32)[arrays[y]] for y in ("y_train", "y_test")},
    "float labels": lambda arrays: arrays | {y: arrays[y].astype(np.float64) for y in ("y_train", "y_test")},
    "words": lambda arrays: arrays | {y: arrays[y].astype(str) for y in ("y_train", "y_test")},
    "images and labels": lambda arrays: {
        f"{'train' if 'train' in name else 'test'}_{'images' if name[0] == 'x' else 'labels'}": each
        for name, each in arrays.items()
    },
}


@pytest.mark.parametrize("form", FORMS)
def test_pictures_and_labels_are_those_written(digits: Split, tmp_path: Path, form: str) -> None:
    """Every picture is read with its label, whatever the shape, the range and the names."""
    splits = read(tmp_path, FORMS[form](arrays_of(digits))).splits
    np.testing.assert_array_equal(splits["train"].images, digits.images)
    assert splits["train"].labels.tolist() == digits.labels.tolist()
    assert (len(splits["test"]), splits["test"].classes) == (10, tuple("0123456789"))


def test_other_names_are_mapped(digits: Split, tmp_path: Path) -> None:
    """The setting says what the arrays are called."""
    arrays = {"arr_0": digits.images, "arr_1": digits.labels}
    result = read(tmp_path, arrays, arrays={"x_train": "arr_0", "y_train": "arr_1"}, test_share=0.25)
    assert [len(result.splits[name]) for name in ("train", "test")] == [30, 10]


@pytest.mark.parametrize(
    ("change", "words", "found"),
    [
        (lambda arrays: arrays.pop("y_train") is None, "has no array y_train", "x_train, x_test, y_test"),
        (lambda arrays: arrays.update(x_train=arrays["x_train"][..., :27]), "holds no grey pictures", "[40, 28, 27]"),
        (
            lambda arrays: arrays.update(x_train=np.stack([arrays["x_train"]] * 3, axis=-1)),
            "holds no grey pictures",
            "[40, 28, 28, 3]",
        ),
        (lambda arrays: arrays.update(y_train=arrays["y_train"][:-1]), "y_train does not match", "uint8 [39]"),
        (lambda arrays: arrays.update(y_train=arrays["y_train"] + 0.5), "no whole numbers", ""),
        (lambda arrays: arrays.update(x_train=arrays["x_train"] * 2.0), "another range", "0 to 510"),
        (lambda arrays: arrays.update(y_train=np.ones((40, 10), int)), "holds no labels", ""),
        (lambda arrays: arrays.update(y_train=arrays["y_train"].astype(object)), "cannot be read", "Object arrays"),
    ],
)
def test_a_fault_is_named_with_its_array(
    digits: Split, tmp_path: Path, change: Callable[[Arrays], None], words: str, found: str
) -> None:
    """The error names the array; pickled objects are not loaded."""
    arrays = arrays_of(digits)
    change(arrays)
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path, arrays)
    assert found in caught.value.found


def test_a_number_out_of_range_is_named_with_its_place(digits: Split, tmp_path: Path) -> None:
    """The error names row and pixel."""
    images = np.tile(digits.images.astype(np.float32), (40, 1, 1))
    images[1234, 1, 2] = np.nan
    with pytest.raises(InputError, match=r"x_train: row 1234, pixel 30 is no pixel"):
        read(tmp_path, arrays_of(digits) | {"x_train": images, "y_train": np.tile(digits.labels, 40)})


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file that is no .npz file is an error."""
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(InputError, match=r"a\.npz cannot be read"):
        read_npz(SourceEntry.model_validate({"source": "npz", "file": tmp_path / "a.npz"}), 0)


def test_a_damaged_file_is_refused(digits: Split, tmp_path: Path) -> None:
    """A flipped byte is found by the checksum."""
    read(tmp_path, arrays_of(digits))
    data = bytearray((tmp_path / "mnist.npz").read_bytes())
    data[2000] ^= 1
    (tmp_path / "mnist.npz").write_bytes(data)
    with pytest.raises(InputError, match="cannot be read"):
        read_npz(SourceEntry.model_validate({"source": "npz", "file": tmp_path / "mnist.npz"}), 0)


def test_a_bomb_is_refused(digits: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrays that are too large together are refused before they are read."""
    monkeypatch.setattr(npz, "MOST", 10_000)
    with pytest.raises(InputError, match="is too large"):
        read(tmp_path, arrays_of(digits))
