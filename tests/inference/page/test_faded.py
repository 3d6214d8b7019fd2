"""Strokes that fade belong to their digit; dust and shadows near it do not."""

from __future__ import annotations

import numpy as np

from inference.normalise import normalise
from inference.page.faded import find_faded
from inference.pixels.centring import bounding_box
from tests.inference.pictures import draw, like, seven

PAPER = 235


def test_the_faint_half_of_a_digit_is_read() -> None:
    """Half of a digit at 30 % of the other half's contrast is not left out."""
    half = seven().astype(np.float32)
    half[:60] = PAPER - 0.3 * (PAPER - half[:60])
    assert like(normalise(half.astype(np.uint8)).image, normalise(seven()).image) > 0.9


def test_a_line_of_dots_continues_a_stroke() -> None:
    """A foot of a 7 that is but dots is part of it."""
    whole, broken = (np.full((300, 300), PAPER, np.uint8) for _ in range(2))
    for page, last in ((whole, 0.85), (broken, 0.5)):
        page[:] = draw(page, ((0.35, 0.2), (0.65, 0.2), (0.5, last)), 5, (20,))
    for y in range(156, 256, 12):
        broken[y : y + 4, 148:152] = 60
    top, bottom, _, _ = bounding_box(normalise(broken).image > 0)
    assert bottom - top == 20
    assert like(normalise(broken).image, normalise(whole).image) > 0.9


def test_dust_all_over_the_page_is_no_stroke() -> None:
    """Specks that lie anywhere leave the digit as it is."""
    digit = seven() < PAPER
    dust = np.zeros_like(digit)
    dust[4::13, 5::11] = True
    assert not find_faded(digit, dust & ~digit).any()


def test_dust_along_a_stroke_is_no_stroke() -> None:
    """Specks beside a stroke, as ink bleeds into paper, lead nowhere."""
    digit = seven() < PAPER
    dust = np.zeros_like(digit)
    dust[20:22, 60:140:9] = True
    assert digit[40:60, 60:140].any()
    assert not find_faded(digit, dust & ~digit).any()
