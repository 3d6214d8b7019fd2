"""Copies at low resolution have less detail, keep their labels, and stand at the end of the split."""

from __future__ import annotations

import numpy as np
import pytest

from learning.synthetic.low_resolution import lowered, with_lowered
from schemas.artifacts.examples import Split
from tests.inference.pictures import sample
from tests.samples import DIGITS

COUNT = 50
IMAGES = sample()[:: 5000 // COUNT][:COUNT]
DIGITS_OF_SAMPLE = Split(IMAGES, np.arange(COUNT, dtype=np.int32) % 10, [str(i) for i in range(COUNT)], DIGITS)


def test_a_lowered_picture_is_softer() -> None:
    """The largest step between neighbouring pixels is smaller in each picture."""
    rng = np.random.default_rng(0)
    steps = [
        [int(np.abs(np.diff(each.astype(int))).max()) for each in (image, lowered(image, rng))] for image in IMAGES
    ]
    assert all(after < before for before, after in steps)


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
