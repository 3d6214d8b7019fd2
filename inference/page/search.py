"""Look for the digit of a page under several assumptions and keep the one whose edges are best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.page.background import fit_surface, noise_of, wide_background
from inference.page.digit_parts import Digit, choose_parts
from inference.page.ink import Ink, find_ink
from inference.page.paper import Page, find_page, split_plainly
from inference.page.ruled_lines import Lines, erase_lines, find_residue
from inference.page.shadows import find_soft, measure_slopes
from inference.page.sharpness import score
from inference.pixels.connected_components import connected_parts, eroded
from inference.pixels.quantile import quantile

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Found", "find_digit"]

BETTER = 1.1  # times the first score: less is no reason to prefer another assumption
GOOD = 0.6  # of the sharpest edges: nothing better need be looked for
WINDOW = 0.28  # of the longer side: what a local median sees
STROKES = (0.22, 0.12, 0.06)  # of the longer side: a broad brush, which cuts no other's strokes, one and a pen
FULL = 0.25  # of the picture is ink: with that many BLOTS, each of a share of what would be the digit,
BLOT, BLOTS = 0.05, 3
LITTERED = 0.25  # it is less likely one
RULES = 60  # of 255: printed rules are fainter; ink may be as weak as the lines of a box
HALF = 128
THUMB = 128


@dataclass(frozen=True)
class Found:
    """The digit of a page.

    Attributes:
        page: the paper, and whether ink is dark.
        ink: all ink on it.
        digit: the parts that make up the digit.
        soft: ink that was taken for a shadow, or for what is left of lines.
        lines: printed lines, which were taken out first.
        score: 0 to 1: how sharp its edges are all round, less for what looks like no digit.
        first: whether it was found under the first assumption.
    """

    page: Page
    ink: Ink
    digit: Digit
    soft: NDArray[np.bool_]
    lines: Lines | None
    score: float
    first: bool


def find_digit(grey: NDArray[np.float32]) -> Found:
    """Find the digit in an overview of a picture, float32 [h, w], 0 to 255."""
    grey, lines = erase_lines(grey)
    slopes = measure_slopes(grey)
    best = None
    for page in _pages(grey):
        ink = find_ink(grey, page.region, page.ink, dark=page.dark, widest=page.widest)
        soft = find_soft(slopes, ink, dark=page.dark)
        if lines is not None and lines.strength < RULES:
            soft |= find_residue(ink.mask, ink.relief, lines)
        digit = choose_parts(ink.mask & ~soft, ink.relief, page.region & ~eroded(page.region, 1))
        likely = score(digit.mask, page.region, slopes, ink) * (LITTERED if _is_littered(ink, digit) else 1)
        found = Found(page, ink, digit, soft, lines, likely, first=best is None)
        if best is None or found.score > best.score * (BETTER if best.first and not best.soft.any() else 1):
            best = found
        if best.score > GOOD and best.digit.digits == 1 and not (best.soft.any() and best.first):
            break
    assert best is not None  # noqa: S101  (there is always a first page)
    return best


def _is_littered(ink: Ink, digit: Digit) -> bool:
    """Tell a picture full of blots from a digit with some dust and a frame."""
    import numpy as np

    if np.count_nonzero(ink.mask) < FULL * ink.mask.size:
        return False
    _, table = connected_parts(digit.others)
    return bool(np.count_nonzero(table[1:, 4] > BLOT * np.count_nonzero(digit.mask)) >= BLOTS)


def _pages(grey: NDArray[np.float32]) -> Iterator[Page]:
    import numpy as np

    page = find_page(grey)
    yield page
    whole = np.ones(grey.shape, np.bool_)
    if page.dark:
        yield from _shaded_pages(grey, page.region)
    if not page.dark or not page.region.all():
        yield from _shaded_pages(grey, whole)
    yield from split_plainly(grey)
    relief = grey - fit_surface(grey, whole)
    relief -= _local_median(relief + HALF) - HALF
    for region in (whole,) if page.region.all() else (page.region, whole):
        noise = noise_of(relief[region])
        for dark in (True, False):
            signed = -relief if dark else relief
            yield Page(region, _coarse(signed, region, noise), dark)


def _shaded_pages(grey: NDArray[np.float32], region: NDArray[np.bool_]) -> Iterator[Page]:
    """Take all that is wider than a stroke for shadow, and what is darker than that for ink."""
    for share in STROKES:
        widest = round(share * max(grey.shape))
        signed = -grey - wide_background(-grey, widest)
        yield Page(region, _coarse(signed, region, noise_of(signed[region])), dark=True, widest=widest)


def _coarse(signed: NDArray[np.float32], region: NDArray[np.bool_], noise: float) -> NDArray[np.bool_]:
    import numpy as np

    level = max(4 * noise, 0.4 * quantile(signed[region], 0.995), 1.5)
    return np.asarray((signed > level) & region, np.bool_)


def _local_median(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    import cv2
    import numpy as np

    height, width = grey.shape
    scale = min(THUMB / max(height, width), 1)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = np.clip(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), 0, 255).astype(np.uint8)
    median = cv2.medianBlur(small, round(WINDOW * THUMB) | 1).astype(np.float32)
    return np.asarray(cv2.resize(median, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
