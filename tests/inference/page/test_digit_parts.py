"""Strokes of one digit that are drawn apart are one digit; two digits are two."""

from __future__ import annotations

import numpy as np
import pytest

from inference.normalise import normalise
from inference.pixels.centring import bounding_box
from tests.inference.pictures import draw

BOW = ((0.3, 0.25), (0.26, 0.56), (0.5, 0.55))
STEM = ((0.62, 0.2), (0.62, 0.75))
BAR = ((0.4, 0.2), (0.66, 0.2))
BOWL = ((0.4, 0.34), (0.58, 0.38), (0.62, 0.6), (0.5, 0.75), (0.38, 0.74))
TWO = ((0.2, 0.3), (0.32, 0.22), (0.4, 0.35), (0.2, 0.72), (0.45, 0.73))


def page(*strokes: tuple[tuple[float, float], ...], bold: int = 7) -> np.ndarray:
    """Draw strokes on a page of 300 pixels, the last one with a bold pen."""
    drawn = np.full((300, 300), 240, np.uint8)
    for i, stroke in enumerate(strokes):
        drawn = draw(drawn, stroke, bold if i == len(strokes) - 1 else 7, (20,))
    return drawn


APART = {
    "4": page(BOW, STEM),
    "4 with a bold stem": page(BOW, STEM, bold=14),
    "5": page(BAR, BOWL),
    "5 with a bold bar": page(BOWL, BAR, bold=24),
}


@pytest.mark.parametrize("digit", APART)
def test_the_strokes_of_a_digit_are_one_digit(digit: str) -> None:
    """A 4 whose stem stands apart, and a 5 whose bar does, are one digit with both strokes."""
    normalised = normalise(APART[digit])
    top, bottom, left, right = bounding_box(normalised.image > 0)
    assert normalised.digits == 1
    assert bottom - top == 20
    assert right - left > 8


def test_a_one_beside_a_digit_is_another_digit() -> None:
    """A 2 and a 1 that stand on one line are two digits."""
    assert normalise(page(TWO, STEM)).digits == 2
