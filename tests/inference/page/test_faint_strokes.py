"""Strokes of a digit that are too faint to be ink make the answer unsure."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.model.answer import why_unsure
from inference.page.faint_strokes import measure_faint_strokes
from inference.reading import read_picture
from tests.benchmarks.reading.marked import marked, ruled_box
from tests.inference.pictures import as_file, sample, seven

INK, PAPER = 30, 235
DIGIT = seven((400, 400), 24, ink=INK, paper=PAPER) < 130


def page(share: float, *, light: bool = False) -> np.ndarray:
    """Return a 7 with grain, whose upper part has only a share of the ink's contrast."""
    contrast = np.where(np.arange(400) < 180, share, 1.0)[:, None]
    grey = PAPER - (PAPER - INK) * cv2.GaussianBlur(DIGIT.astype(np.float32), (0, 0), 1) * contrast
    grain = np.random.default_rng(0).normal(0, 2, grey.shape)
    return np.clip((255 - grey if light else grey) + grain, 0, 255).astype(np.uint8)


def rest(grey: np.ndarray) -> float:
    """Measure what is left out if only the lower part of the 7 is found."""
    found = DIGIT & (np.arange(400) >= 180)[:, None]
    return measure_faint_strokes(grey.astype(np.float32), found, PAPER - INK, dark=True)


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize("share", [0.07, 0.1, 0.15])
def test_a_digit_without_its_faint_half_is_not_answered(share: float, light: bool) -> None:  # noqa: FBT001
    """The lower part of a 7 is a 1: if the upper part is faint, the answer is unsure."""
    assert why_unsure(read_picture(as_file(page(share, light=light), "PNG"))) == "other marks beside the digit"


def test_a_whole_digit_leaves_nothing_out() -> None:
    """A 7 of one contrast has no faint stroke."""
    assert why_unsure(read_picture(as_file(page(1), "PNG"))) == ""
    assert measure_faint_strokes(page(1).astype(np.float32), DIGIT, PAPER - INK, dark=True) == 0


def test_a_faint_stroke_is_measured() -> None:
    """The faint half is about as long as the half that was found."""
    assert rest(page(0.1)) > 0.7


def test_a_soft_shadow_is_no_stroke() -> None:
    """A shadow across the digit, as faint as a stroke may be, has soft edges."""
    y, x = np.mgrid[:400, :400]
    shadow = 20 * np.exp(-((x - 200) ** 2 + (y - 120) ** 2) / (2 * 35**2))
    assert rest(np.clip(page(0) - shadow, 0, 255)) == 0


def test_paper_has_no_stroke() -> None:
    """Where the rest of the digit is missing altogether, nothing is found."""
    assert rest(page(0)) == 0


def test_a_box_around_a_digit_is_no_stroke() -> None:
    """Of 30 digits in ruled boxes none has strokes that were left out."""
    rng = np.random.default_rng(3)
    readings = [read_picture(marked(sample()[[i]], rng, ruled_box)) for i in range(0, 4800, 160)]
    assert [why_unsure(each) for each in readings].count("other marks beside the digit") == 0
