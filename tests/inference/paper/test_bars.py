"""The bars of a window are cut off; lines, frames and shadows of a page are not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.normalise import normalise
from inference.paper.bars import without_bars
from tests.inference.pictures import like, seven

CANVAS = seven((300, 400), 20, paper=252)
WHOLE = normalise(CANVAS).image


def window(side: str) -> np.ndarray:
    """Return the canvas with a grey bar of coloured buttons at one side, [h, w, 3]."""
    turns = ("top", "right", "bottom", "left").index(side)
    canvas = np.rot90(cv2.cvtColor(CANVAS, cv2.COLOR_GRAY2BGR), turns)
    bar = np.full((60, canvas.shape[1], 3), 225, np.uint8)
    for at in range(20, 220, 40):
        bar[18:42, at : at + 24] = (at, 90, 160)
    return np.ascontiguousarray(np.rot90(np.vstack([bar, canvas]), -turns))


@pytest.mark.parametrize("side", ["top", "right", "bottom", "left"])
def test_a_tool_bar_is_removed(side: str) -> None:
    """A digit beside a bar is read like the digit of the canvas, and nothing of the bar is left over."""
    near = normalise(window(side))
    assert near.steps[0] == "bars removed"
    assert near.leftover == 0
    assert like(near.image, WHOLE) > 0.95


def test_only_the_canvas_is_left() -> None:
    """The canvas comes out pixel by pixel."""
    np.testing.assert_array_equal(without_bars(window("top")), cv2.cvtColor(CANVAS, cv2.COLOR_GRAY2BGR))


def test_a_digit_in_a_bar_is_not_lost() -> None:
    """If the canvas is empty, the whole picture is searched."""
    page = np.vstack([seven((100, 300), 8, paper=225), np.full((250, 300), 252, np.uint8)])
    assert "bars removed" not in normalise(page).steps


def others() -> dict[str, np.ndarray]:
    """Return pages without a bar."""
    ruled, shaded = CANVAS.copy(), CANVAS.copy()
    ruled[40:42] = ruled[90:92] = 120
    shaded[:80] = np.rint(shaded[:80] * np.linspace(0.6, 1, 80)[:, None])
    return {"plain": CANVAS, "ruled": ruled, "shaded": shaded, "small": CANVAS[:20, :20]}


@pytest.mark.parametrize("kind", others())
def test_other_pages_stay_whole(kind: str) -> None:
    """Ruled lines and soft shadows are no bars."""
    page = others()[kind]
    assert without_bars(page).shape == page.shape
