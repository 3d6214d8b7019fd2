"""Search a page for its digit under several assumptions; the sharpest result wins."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.page.digit_parts import Digit, choose_parts
from inference.page.ink import Ink, find_ink
from inference.page.shadows import Slopes, find_shadows, measure_slopes
from inference.page.sharpness import score
from inference.paper.background import fit_surface, noise_of, wide_background
from inference.paper.page import Page, find_page, split_by_threshold
from inference.paper.ruled_lines import Lines, erase_lines, find_residue
from inference.paper.sheet import find_sheet
from inference.pixels.connected_components import connected_components, dilated, eroded
from inference.pixels.quantile import quantile

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Found", "find_digit"]

# Chosen by eye on the robustness suite's pictures.
BETTER = 1.1  # times the first score: least score that makes another assumption win
GOOD = 0.6  # score above which the search stops
WINDOW = 0.28  # of the longer side: window of the local median
STROKES = (0.22, 0.12, 0.06)  # of the longer side: widest strokes of a broad brush, a brush and a pen
FULL = 0.25  # of the picture: with this much ink and BLOTS other parts, the picture is littered
BLOT, BLOTS = 0.05, 3  # of the digit's ink: least size of a blot; number of blots
LITTERED = 0.25  # factor on the score of a littered picture
HOLLOW = 0.35  # factor on the score of a rim
RIM, ALIKE = 0.25, 0.3  # share of a rim's surroundings that are as dark as it is; of its strength: largest difference
RULES = 60  # of 255: printed rules are fainter; the lines of a box may be as strong as ink
HALF = 128
THUMB = 128


@dataclass(frozen=True)
class Found:
    """The digit of a page.

    Attributes:
        page: the paper, and whether ink is dark.
        ink: all ink on the paper.
        digit: the parts that form the digit.
        rejected: ink taken for a shadow or for remains of lines, bool [h, w].
        lines: printed lines, removed first; None if there are none.
        score: 0 to 1: sharpness of the digit's edges all around, reduced for anything unlike a digit.
        first: whether this is the result of the first assumption.
    """

    page: Page
    ink: Ink
    digit: Digit
    rejected: NDArray[np.bool_]
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
        rejected = find_shadows(slopes, ink, dark=page.dark)
        if lines is not None and lines.strength < RULES:
            rejected |= find_residue(ink.mask, ink.relief, lines)
        rim = page.region & ~eroded(page.region, 1)
        digit = choose_parts(ink.mask & ~rejected, ink.relief, rim, _without_shadows(ink, slopes, dark=page.dark))
        likely = score(digit.mask, page.region, slopes, ink, digit.marks)
        likely *= LITTERED if _is_littered(ink, digit) else 1
        likely *= HOLLOW if page.widest and _is_rim(digit.mask, -grey if page.dark else grey, ink.strength) else 1
        found = Found(page, ink, digit, rejected, lines, likely, first=best is None)
        if best is None or found.score > best.score * (BETTER if best.first and not best.rejected.any() else 1):
            best = found
        if best.score > GOOD and best.digit.digits == 1 and not (best.rejected.any() and best.first):
            break
    assert best is not None  # noqa: S101  (there is always a first page)
    return best


def _without_shadows(ink: Ink, slopes: Slopes, *, dark: bool) -> NDArray[np.bool_]:
    """Return the faint ink that has sharp edges, bool [h, w]."""
    return ink.faint & ~find_shadows(slopes, replace(ink, mask=ink.faint), dark=dark)


def _is_littered(ink: Ink, digit: Digit) -> bool:
    """Return whether a picture is full of blots, rather than a digit with some dust and a frame."""
    import numpy as np

    if np.count_nonzero(ink.mask) < FULL * ink.mask.size:
        return False
    _, table = connected_components(digit.others)
    return bool(np.count_nonzero(table[1:, 4] > BLOT * np.count_nonzero(digit.mask)) >= BLOTS)


def _is_rim(mask: NDArray[np.bool_], signed: NDArray[np.float32], strength: float) -> bool:
    """Return whether a digit is the rim of something broad that is as dark as it is."""
    import cv2
    import numpy as np

    beside = dilated(mask, 9, 9) & ~dilated(mask, 5, 5)
    ink = np.where(mask, signed, signed.min()).astype(np.float32)
    nearby = np.asarray(cv2.dilate(ink, np.ones((9, 9), np.uint8)), np.float32)
    alike = np.count_nonzero(beside & (signed > nearby - ALIKE * strength))
    return bool(alike > RIM * np.count_nonzero(beside))


def _pages(grey: NDArray[np.float32]) -> Iterator[Page]:
    import numpy as np

    whole = find_sheet(grey)
    page = find_page(grey, whole)
    yield page
    alike = np.array_equal(page.region, whole)
    if page.dark:
        yield from _shaded_pages(grey, page.region)
    if not (page.dark and alike):
        yield from _shaded_pages(grey, whole)
    yield from split_by_threshold(grey, whole)
    relief = grey - fit_surface(grey, whole)
    relief -= _local_median(relief + HALF) - HALF
    for region in (whole,) if alike else (page.region, whole):
        noise = noise_of(relief[region])
        for dark in (True, False):
            signed = -relief if dark else relief
            yield Page(region, _coarse(signed, region, noise), dark)


def _shaded_pages(grey: NDArray[np.float32], region: NDArray[np.bool_]) -> Iterator[Page]:
    """Yield pages that take anything wider than a stroke for shadow, and anything darker than that for ink."""
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
