"""Strangers look like MNIST's pictures but show no digit, and differ from each other."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from components.sources.sample import read_sample
from inference.drawing.mnist_like import are_mnist_like
from inference.model.reader import Reader
from learning.synthetic.strangers.draw import draw_strangers
from schemas.artifacts.examples import SIDE, Split
from tests.machines.margin import at_least
from tests.sealed.project import BUNDLE

COUNT = 220


@pytest.fixture(scope="module")
def digits() -> Split:
    """Read the training digits of the sample."""
    return read_sample(seed=0)["train"]


@pytest.fixture(scope="module")
def strangers(digits: Split) -> NDArray[np.uint8]:
    """Draw fifteen pictures or more of each kind."""
    return draw_strangers(digits, COUNT, seed=1)


def test_they_are_pictures_of_mnist_size(strangers: NDArray[np.uint8]) -> None:
    """They have the shape and type of training pictures."""
    assert (strangers.shape, strangers.dtype.name) == ((COUNT, SIDE, SIDE), "uint8")


def test_they_are_drawn_in_mnist_format(strangers: NDArray[np.uint8]) -> None:
    """Most are light on black, 20 pixels high or wide, and centred: format alone does not tell them from digits."""
    assert are_mnist_like(strangers).mean() > 0.6


def test_no_two_are_equal(strangers: NDArray[np.uint8]) -> None:
    """All drawn pictures differ."""
    assert len({image.tobytes() for image in strangers}) == COUNT


def test_the_seed_decides_them(digits: Split, strangers: NDArray[np.uint8]) -> None:
    """The same seed draws the same pictures, and another seed draws others."""
    np.testing.assert_array_equal(draw_strangers(digits, COUNT, seed=1), strangers)
    assert (draw_strangers(digits, COUNT, seed=2) != strangers).any(axis=(1, 2)).mean() > 0.99


def test_of_other_classes_only_mixtures_are_drawn(digits: Split) -> None:
    """Signs may be classes themselves: with other classes each stranger consists of two training pictures."""
    plain = np.zeros((2, SIDE, SIDE), np.uint8)
    plain[:, 4:24, 8:20] = 200
    named = Split(plain, np.arange(2, dtype=np.int32), ["a", "b"], ("shirt", "shoe"))
    drawn = draw_strangers(named, 40, seed=0)
    assert {int(image.max()) for image in drawn} == {255}
    assert all(_is_box_or_two(image) for image in drawn)
    assert not all(_is_box_or_two(image) for image in draw_strangers(digits, 40, seed=0))


def _is_box_or_two(image: NDArray[np.uint8]) -> bool:
    """Whether the ink is one or two even rectangles, as it is if both halves come from the plain pictures."""
    import cv2

    count = cv2.connectedComponents((image > 128).astype(np.uint8), connectivity=4)[0] - 1
    return count in {1, 2} and bool(((image > 230) | (image < 250)).mean() > 0.9)


def test_no_picture_is_needed_for_none(digits: Split) -> None:
    """Zero strangers are an empty array of the right shape."""
    assert draw_strangers(digits, 0, seed=0).shape == (0, SIDE, SIDE)


def test_a_model_trained_with_them_refuses_others_of_their_kinds(strangers: NDArray[np.uint8]) -> None:
    """The sealed model, trained with strangers of another seed, refuses at least three of four."""
    assert int(Reader(BUNDLE).read(strangers).refused.sum()) >= at_least(0.85, COUNT)
