"""Strokes are brought near MNIST's width without closing gaps or losing loops."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.pixels.stroke_width import fit_strokes, stroke_width
from tests.inference.pictures import draw

UNIT = 6  # pixels for each pixel of the 28x28: digits here are 120 pixels high


def drawn(points: list[tuple[float, float]], width: int = 2) -> np.ndarray:
    """Draw a line on a page of 160 pixels a side, as a mask."""
    return draw(np.zeros((160, 160), np.uint8), points, width, 255) > 127


def arc(begin: float, end: float) -> list[tuple[float, float]]:
    """Return a circle of 120 pixels between two angles, in degrees."""
    turn = np.radians(np.linspace(begin, end, 90))
    return [(0.5 + 0.375 * x, 0.5 + 0.375 * y) for x, y in zip(np.cos(turn), np.sin(turn), strict=True)]


def fitted(mask: np.ndarray) -> np.ndarray:
    """Fit strokes that are equally dark everywhere."""
    return fit_strokes(mask, mask.astype(np.float32))[0]


def parts(mask: np.ndarray) -> int:
    """Count the connected parts of a mask."""
    return cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)[0] - 1


@pytest.mark.parametrize("degrees", [10, 15, 20, 30])
def test_a_hairline_is_thickened_without_closing_its_opening(degrees: int) -> None:
    """A circle open by 10 to 30 degrees, 1.7 to 5 pixels of the 28x28, stays open."""
    thick = fitted(drawn(arc(degrees, 360)))
    assert parts(~thick) == 1
    assert stroke_width(thick) > 1.8 * UNIT


def test_a_narrow_loop_of_a_hairline_stays_a_loop() -> None:
    """Two lines 1.5 pixels of the 28x28 apart, joined at both ends, are still two lines."""
    loop = drawn([(0.47, 0.12), (0.47, 0.88), (0.53, 0.88), (0.53, 0.12), (0.47, 0.12)])
    assert parts(~fitted(loop)) == 2


def test_thickening_joins_the_pieces_of_a_broken_line() -> None:
    """A line with gaps of less than two pixels of the 28x28 becomes one stroke."""
    broken = drawn([(0.5, 0.12), (0.5, 0.88)])
    broken[60:68] = broken[100:108] = False
    assert parts(broken) == 3
    assert parts(fitted(broken)) == 1


def blob(weaker: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a thick ellipse whose middle is weaker, and its grey."""
    grey = np.zeros((160, 160), np.float32)
    cv2.ellipse(grey, (80, 80), (45, 60), 0, 0, 360, [1], -1)
    cv2.ellipse(grey, (80, 80), (4, 14), 0, 0, 360, [1 - weaker], -1)
    return grey > 0, grey


def test_the_loop_that_a_thick_pen_has_all_but_closed_is_opened() -> None:
    """A middle that is a fifth lighter than the ink around it is the hole of a 0."""
    assert parts(~fit_strokes(*blob(0.2))[0]) == 2


def test_grain_opens_no_loop() -> None:
    """Ink whose grey varies by a few per cent from pixel to pixel stays whole."""
    mask, grey = blob(0)
    grey += np.random.default_rng(0).normal(0, 0.05, grey.shape).astype(np.float32)
    assert parts(~fit_strokes(mask, grey)[0]) == 1
