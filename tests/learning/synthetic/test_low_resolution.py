"""Copies at low resolution have less detail, keep their labels, and stand at the end of the split."""

from __future__ import annotations

import numpy as np
import pytest

from inference.model.reader import Reader
from inference.pixels.centring import bounding_box
from learning.synthetic.low_resolution import lowered, with_lowered
from schemas.artifacts.examples import Split
from tests.inference.pictures import sample
from tests.samples import DIGITS
from tests.sealed.project import BUNDLE

COUNT = 50
IMAGES = sample()[:: 5000 // COUNT][:COUNT]
DIGITS_OF_SAMPLE = Split(IMAGES, np.arange(COUNT, dtype=np.int32) % 10, [str(i) for i in range(COUNT)], DIGITS)


def test_a_lowered_picture_has_mnist_form() -> None:
    """Each lowered picture has a longer side of 19 or 20 pixels and ink whose centre is the picture's."""
    rng = np.random.default_rng(0)
    for image in IMAGES:
        top, bottom, left, right = bounding_box((small := lowered(image, rng)) > 0)
        assert 19 <= max(bottom - top, right - left) <= 20
        assert np.abs([np.average(np.arange(28), weights=small.sum(axis)) - 13.5 for axis in (0, 1)]).max() < 1.5


def test_it_keeps_the_digit() -> None:
    """Of the lowered copies of sharp digits, the sealed model reads nine of ten as it reads the digits."""
    rng = np.random.default_rng(0)
    reader = Reader(BUNDLE)
    read, copies = (reader.read(images).read for images in (IMAGES, np.array([lowered(each, rng) for each in IMAGES])))
    assert int((read == copies).sum()) >= 45


def test_a_picture_without_ink_stays_empty() -> None:
    """Nothing is scanned as nothing."""
    assert not lowered(np.zeros((28, 28), np.uint8), np.random.default_rng(0)).any()


def test_the_strongest_ink_is_white() -> None:
    """Each lowered picture reaches 255."""
    rng = np.random.default_rng(0)
    assert {int(lowered(image, rng).max()) for image in IMAGES} == {255}


@pytest.mark.parametrize(("share", "copies"), [(0, 0), (0.1, 5), (0.99, 50)])
def test_the_share_of_copies_is_added(share: float, copies: int) -> None:
    """The split is followed by the requested share of copies."""
    both = with_lowered(DIGITS_OF_SAMPLE, share, seed=0)
    assert len(both) == len(both.ids) == COUNT + copies
    np.testing.assert_array_equal(both.images[:COUNT], IMAGES)


def test_a_copy_keeps_its_label() -> None:
    """The id of a copy names its picture, and its label is that of the picture."""
    both = with_lowered(DIGITS_OF_SAMPLE, 0.5, seed=0)
    for identity, label in zip(both.ids[COUNT:], both.labels[COUNT:], strict=True):
        assert label == int(identity.removesuffix("/lowered")) % 10


def test_the_seed_decides_the_copies() -> None:
    """The same seed makes the same copies, and another seed others."""
    first, again, other = (with_lowered(DIGITS_OF_SAMPLE, 0.5, seed=seed).images for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
