"""Look for the digit of a page under several assumptions and keep the one whose edges are best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.background import fit_surface, noise_of
from inference.ink import Ink, find_ink
from inference.lines import Lines, erase_lines
from inference.page import Page, find_page, split_plainly
from inference.parts import Digit, choose_parts
from inference.regions import eroded
from inference.score import score
from inference.shade import find_soft

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Found", "find_digit"]

BETTER = 1.1  # times the first score: less is no reason to prefer another assumption
GOOD = 0.6  # of the sharpest edges: nothing better need be looked for
WINDOW = 0.28  # of the longer side: what a local median sees
HALF = 128
THUMB = 128


@dataclass(frozen=True)
class Found:
    """The digit of a page.

    Attributes:
        page: the paper, and whether ink is dark.
        ink: all ink on it.
        digit: the parts that make up the digit.
        soft: ink that was taken for a shadow.
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
    import cv2
    import numpy as np

    grey, lines = erase_lines(grey)
    blurred = cv2.GaussianBlur(grey, (0, 0), 1)
    across, down = cv2.Sobel(blurred, cv2.CV_32F, 1, 0), cv2.Sobel(blurred, cv2.CV_32F, 0, 1)
    slope = np.asarray(cv2.magnitude(across, down), np.float32)
    steepest = np.asarray(cv2.dilate(slope, np.ones((3, 3), np.uint8)), np.float32)
    best = None
    for page in _pages(grey):
        ink = find_ink(grey, page.region, page.ink, dark=page.dark)
        soft = find_soft(grey, steepest, ink)
        digit = choose_parts(ink.mask & ~soft, ink.relief, page.region & ~eroded(page.region, 1))
        likely = score(digit.mask, page.region, slope, ink)
        found = Found(page, ink, digit, soft, lines, likely, first=best is None)
        if best is None or found.score > best.score * (BETTER if best.first else 1):
            best = found
        if best.score > GOOD:
            break
    assert best is not None  # noqa: S101  (there is always a first page)
    return best


def _pages(grey: NDArray[np.float32]) -> Iterator[Page]:
    import numpy as np

    page = find_page(grey)
    yield page
    yield from split_plainly(grey)
    whole = np.ones(grey.shape, np.bool_)
    relief = grey - fit_surface(grey, whole)
    relief -= _local_median(relief + HALF) - HALF
    for region in (whole,) if page.region.all() else (page.region, whole):
        noise = noise_of(relief[region])
        for dark in (True, False):
            signed = -relief if dark else relief
            level = max(4 * noise, 0.4 * float(np.percentile(signed[region][::3], 99.5)), 1.5)
            yield Page(region, (signed > level) & region, dark)


def _local_median(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    import cv2
    import numpy as np

    height, width = grey.shape
    scale = min(THUMB / max(height, width), 1)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    small = np.clip(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), 0, 255).astype(np.uint8)
    median = cv2.medianBlur(small, round(WINDOW * THUMB) | 1).astype(np.float32)
    return np.asarray(cv2.resize(median, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
