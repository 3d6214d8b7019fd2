"""Printed lines are erased from a page, and strokes are kept."""

from __future__ import annotations

import numpy as np
import pytest

from inference.paper.ruled_lines import Lines, bridge_lines, erase_lines, find_residue
from tests.inference.pictures import draw

NOTHING = np.zeros((120, 160), np.bool_)
FAINT = Lines(NOTHING, NOTHING, dark=True, strength=20)


def two_blots(first: float, second: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the mask and the relief of two blots of different strengths, left and right."""
    relief = np.zeros(NOTHING.shape, np.float32)
    relief[40:60, 20:40], relief[40:60, 100:120] = first, second
    return relief > 0, relief


def ruled() -> np.ndarray:
    """Return a page, float32 [240, 320], with lines two pixels wide, 40 greys below the paper."""
    page = np.full((240, 320), 235, np.float32)
    for top in range(20, 240, 40):
        page[top : top + 2] = 195
    return page


def test_a_component_as_faint_as_the_lines_is_residue() -> None:
    """Of a faint and a strong component, the faint one is residue."""
    residue = find_residue(*two_blots(24, 90), FAINT)
    assert residue[50, 30]
    assert not residue[50, 110]
    assert np.count_nonzero(residue) == 400


def test_a_component_with_some_strong_ink_is_kept() -> None:
    """A stroke that is strong over a third of its area is not residue."""
    mask, relief = two_blots(24, 24)
    relief[40:60, 20:27] = 80
    residue = find_residue(mask, relief, FAINT)
    assert not residue[:, :80].any()
    assert residue[50, 110]


def test_no_ink_leaves_no_residue() -> None:
    """A page without ink has no residue."""
    assert not find_residue(NOTHING, np.zeros(NOTHING.shape, np.float32), FAINT).any()


def test_lines_are_found_and_erased() -> None:
    """Erasing the lines of ruled paper leaves it plain."""
    page, lines = erase_lines(ruled())
    assert lines is not None
    assert (lines.dark, lines.strength) == (True, pytest.approx(40, abs=4))
    assert np.ptp(page) < 4


def test_a_margin_rule_across_lines_is_found() -> None:
    """A single vertical line is found although horizontal ones cross it."""
    page = ruled()
    page[:, 40:44] = 170
    lines = erase_lines(page)[1]
    assert lines is not None
    assert lines.vertical[:, 41].mean() > 0.9


def test_plain_paper_has_no_lines() -> None:
    """A page with a single stroke has no lines."""
    page = draw(np.full((240, 320), 235, np.uint8), ((0.2, 0.5), (0.8, 0.5)), 5, (30,)).astype(np.float32)
    assert erase_lines(page)[1] is None


def test_a_stroke_that_lies_on_a_line_is_kept() -> None:
    """Ink over a third of a line does not raise the estimate of the line's strength."""
    page = ruled()
    page[99:104, 100:200] = 40
    without, lines = erase_lines(page)
    assert lines is not None
    assert without[100:103, 105:195].max() < 90


def test_strokes_are_bridged_across_lines() -> None:
    """A vertical stroke as faint as the line it crosses has no gap there."""
    level = np.zeros((40, 60), np.bool_)
    level[19:21] = True
    relief = np.where(level, 40, 0).astype(np.float32)
    relief[:, 28:32] = 45
    flat = bridge_lines(relief, Lines(level, np.zeros_like(level), dark=True, strength=40), np.zeros_like(level))
    assert flat[19:21, 28:32].min() >= 40
    assert flat[19:21, :20].max() == 0
