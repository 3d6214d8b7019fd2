"""How pictures lie is told by what can be read of them, and upright handwriting raises no alarm."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from components.sources.sample import read_sample
from learning.evaluation.orientation import LEAST, MEANS, TURNS, Lie, look_at, read_by_means
from learning.synthetic.drawn_digits import draw_digits
from schemas.artifacts.examples import Split
from tests.learning.evaluation.mean_digits import mean_digits
from tests.samples import make_split

UNDO = {"turned_left": "turned_right", "turned_right": "turned_left"}


@pytest.fixture(scope="module")
def digits() -> Split:
    """Return 500 digits of the embedded sample."""
    return read_sample(0)["test"].take(np.arange(0, 1000, 2))


def lie_of(split: Split) -> Lie:
    """Return how the pictures of a split lie."""
    found = look_at(split, read_by_means)
    assert found
    return found


def laid(split: Split, orientation: str, *, dark: bool = False) -> Split:
    """Return pictures that lie like this."""
    turned = TURNS[UNDO.get(orientation, orientation)](split.images)
    return replace(split, images=np.ascontiguousarray(255 - turned if dark else turned))


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("dark", [False, True])
def test_each_way_is_told(digits: Split, orientation: str, *, dark: bool) -> None:
    """However digits are turned, mirrored or inverted, the way is named, and the settings that put it right."""
    found = lie_of(laid(digits, orientation, dark=dark))
    assert (found.orientation, found.dark) == (orientation, dark)
    assert found.gain > 0.3 or (orientation, dark) == ("upright", False)
    assert (f"orientation: {orientation}" in found.settings) == (orientation != "upright")
    assert ("ink: dark" in found.settings) == dark


def test_upright_digits_raise_no_alarm(digits: Split) -> None:
    """Of upright digits, nothing more can be read in any other way."""
    assert lie_of(digits).gain == 0


def test_odd_handwriting_raises_no_alarm() -> None:
    """Nor of digits drawn in styles that are rare in MNIST."""
    assert lie_of(draw_digits(260, 1)).gain == 0


@pytest.mark.parametrize("seed", range(5))
def test_few_digits_raise_no_alarm(digits: Split, seed: int) -> None:
    """Nor of the fewest pictures that are looked at."""
    chosen = np.random.default_rng(seed).choice(len(digits), LEAST, replace=False)
    assert lie_of(digits.take(chosen)).gain == 0


def test_noise_raises_no_alarm() -> None:
    """Of pictures that are no digits, the best way is no better than chance, and counts as none."""
    assert lie_of(make_split([i % 10 for i in range(200)])).gain == 0


def test_fewer_pictures_tell_nothing(digits: Split) -> None:
    """Below 50 pictures there is no answer."""
    assert look_at(digits.take(np.arange(LEAST - 1)), read_by_means) is None


def test_sorted_pictures_are_all_looked_at(digits: Split) -> None:
    """Pictures sorted by class are looked at from the first class to the last."""
    assert lie_of(laid(digits.take(np.argsort(digits.labels)), "transposed")).orientation == "transposed"


def test_the_mean_pictures_are_those_of_the_sample() -> None:
    """The file of mean pictures is what `python -m tests.learning.evaluation.mean_digits` writes."""
    np.testing.assert_array_equal(cv2.imread(str(MEANS), cv2.IMREAD_GRAYSCALE), mean_digits())
