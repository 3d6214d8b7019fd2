"""The set of pictures that a model was trained on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from schemas.artifacts.picture_set import BYTES, PictureSet
from schemas.errors import InputError
from tests.samples import make_split

IMAGES = make_split([0] * 300).images


def test_a_set_holds_its_pictures_and_no_others(tmp_path: Path) -> None:
    """Written and read again, it holds what it was made of, and not a picture that differs in one grey level."""
    PictureSet.of(IMAGES[:100], IMAGES[50:200]).write(tmp_path / "set")
    found = PictureSet.read(tmp_path / "set")
    assert len(found) == 200
    assert found.holds(IMAGES).tolist() == [True] * 200 + [False] * 100
    changed = IMAGES[:200].copy()
    changed[:, 0, 0] ^= 1
    assert not found.holds(changed).any()


def test_the_file_is_a_list_of_sorted_digests(tmp_path: Path) -> None:
    """Other programs can read it: five bytes of BLAKE2b for each picture, in ascending order."""
    PictureSet.of(IMAGES).write(tmp_path / "set")
    digests = sorted(hashlib.blake2b(image.tobytes(), digest_size=BYTES).digest() for image in IMAGES)
    assert (tmp_path / "set").read_bytes() == b"".join(digests)


def test_the_set_of_mnist_is_small(tmp_path: Path) -> None:
    """With 62,000 pictures the file has 310 kB."""
    PictureSet(np.arange(62_000, dtype=np.uint64)).write(tmp_path / "set")
    assert (tmp_path / "set").stat().st_size == 310_000


def test_no_pictures_are_a_set(tmp_path: Path) -> None:
    """A set may be empty, and an empty split may be asked for."""
    PictureSet.of().write(tmp_path / "set")
    assert not PictureSet.read(tmp_path / "set").holds(IMAGES).any()
    assert PictureSet.of(IMAGES).holds(IMAGES[:0]).shape == (0,)


def test_a_torn_file_is_no_set(tmp_path: Path) -> None:
    """A file that ends within a digest is an error that names it."""
    (tmp_path / "set").write_bytes(b"1234567")
    with pytest.raises(InputError, match="holds no set of pictures"):
        PictureSet.read(tmp_path / "set")
