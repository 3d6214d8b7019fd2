"""Separate the ink of a whole page from its paper, however many digits it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.page.colour import LUMA, project
from inference.paper.background import grain_of
from inference.paper.ruled_lines import Lines, bridge_lines, erase_lines
from inference.pixels.connected_components import connected_components, dilated, eroded
from inference.pixels.quantile import quantile
from inference.pixels.resizing import reduced, resized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["PageInk", "find_page_ink", "inked", "slopes"]

# Chosen by eye on the pages of learning/synthetic/drawn_pages.py.
THUMB, OVERVIEW = 240, 256  # pixels: longer sides of the thumbnail for the background, and of that for ruled lines
GREYS = (LUMA, (0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0))  # weights of blue, green and red
INK, BETTER = 0.995, 1.3  # quantile of the contrast that is ink; times luma's clearness: least of another grey's
DARKEST = 32  # of 255: least light on paper
SEES = 0.6  # of the thumbnail's shorter side: window of the median that decides between dark and light ink
BROAD = 0.16  # of the thumbnail's longer side: window of the median that shows ink of any colour
SHARP = 0.5  # of the steepest slopes: least of sharp edges
KEPT, SOME = 0.9, 0.5  # of the sharp edges: least share that is left to the ink; among sharp shadows
WINDOWS = (0.02, 0.028, 0.04, 0.056, 0.08, 0.113, 0.16)  # of the thumbnail's longer side: widths of strokes
WIDER = 1.3  # times the width of strokes: window of the background, for strokes that cross
COARSE = 0.6  # of the strongest ink: certain ink
CERTAIN = 0.3  # of the ink's strength: a part without anything as strong is no ink
FAINT, STRONG, HALF = 0.13, 0.17, 0.42  # of the ink's strength: marks and ink exceed the first two; of the ink nearby
NOISY = 4.0  # standard deviations of the paper: ink exceeds them
GRAINY, SMOOTH = 3.0, 0.8  # of 255: noise from which the page is smoothed; pixels: by this much
SHADED = 4.0  # of 255: noise above it is left of shadows; of 500 pages, eight have more
LEAST = 6.0  # of 255: least contrast of ink
SOFT = 0.5  # of the usual slope of an edge of ink over its height: shadows have less
NEAR, NEARER = 0.02, 0.005  # of the longer side: reach of the strength nearby, for ink and for marks
SIDE, JOIN = 0.02, 41  # of the width: ruled lines come this near to the sides; pixels: gaps that digits leave in them
RULES = 0.6  # of the ink's strength: ruled lines are fainter; the lines of a form may be as strong


@dataclass(frozen=True)
class PageInk:
    """The ink of a page.

    Attributes:
        relief: float32, shape [h, w]: contrast of each pixel with the paper, positive on ink.
        marks: bool, shape [h, w]: ink and anything else as sharp, such as the fainter lines of a form.
        traces: bool, shape [h, w]: whatever the noise does not explain, such as faint lines beside strong ink.
        strength: contrast of the ink, 0 to 255; 0.0 on a blank page.
        noise: standard deviation of the bare paper, 0 to 255.
        dark: whether ink is darker than paper.
    """

    relief: NDArray[np.float32]
    marks: NDArray[np.bool_]
    traces: NDArray[np.bool_]
    strength: float
    noise: float
    dark: bool


def find_page_ink(pixels: NDArray[np.uint8]) -> PageInk:
    """Find the ink of a page, without the faint lines of ruled paper.

    Args:
        pixels: uint8, shape [h, w] or [h, w, 3].
    """
    import numpy as np

    grey = _grey(pixels)
    dark = _is_dark(grey)
    signed = np.asarray(255 - grey if dark else grey, np.float32)
    relief, noise = _relief(signed, dark=dark)
    strength = _strength(relief)
    if strength < max(LEAST, NOISY * noise):
        none = np.zeros(grey.shape, np.bool_)
        return PageInk(relief, none, none, 0.0, noise, dark)
    lines = _ruled_lines(grey, dark=dark)
    if lines is not None and lines.strength < RULES * strength:
        relief = bridge_lines(relief, lines, relief > COARSE * strength)
    least = max(NOISY * noise, FAINT * strength, LEAST)
    marks = relief > np.maximum(HALF * _peak(relief, NEARER), least)
    return PageInk(relief, _closed(marks), _closed(relief > least), strength, noise, dark)


def _closed(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask with its gaps of a pixel or two closed, bool [h, w]."""
    import cv2
    import numpy as np

    return np.asarray(cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.bool_)


def inked(relief: NDArray[np.float32], strength: float, noise: float) -> NDArray[np.bool_]:
    """Return the ink, bool [h, w]: at least nearly half as strong as the ink nearby, and part of some strong ink."""
    import cv2
    import numpy as np

    peak = _peak(relief, NEAR)
    mask = np.asarray(relief > np.maximum(HALF * peak, max(NOISY * noise, STRONG * strength, LEAST)), np.bool_)
    smooth = np.asarray(cv2.blur(relief, (3, 3)), np.float32)
    labels, table = connected_components(mask)
    kept = np.bincount(labels[smooth > CERTAIN * strength], minlength=len(table)) > 0
    kept &= _are_sharp(relief, mask, labels, len(table))
    kept[0] = False
    return np.asarray(kept[labels], np.bool_)


def _grey(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the grey in which ink stands out most, float32 [h, w], 0 to 255."""
    import cv2
    import numpy as np

    if not pixels.shape[2:]:
        return pixels.astype(np.float32)
    small = reduced(pixels, max(max(pixels.shape) // THUMB, 1))
    side = max(round(BROAD * max(small.shape)) | 1, 3)
    relief = np.asarray(small.astype(np.float32) - cv2.medianBlur(small, side), np.float32)
    length = np.linalg.norm(relief, axis=2)
    ink = length > COARSE * quantile(length.ravel(), INK)
    scores = [_clearness(np.asarray(relief @ np.asarray(each), np.float32), ink) for each in GREYS]
    best = int(np.argmax(scores))
    return project(pixels, GREYS[best] if scores[best] > BETTER * scores[0] else LUMA)


def _clearness(relief: NDArray[np.float32], ink: NDArray[np.bool_]) -> float:
    """Return the contrast of ink over the noise of paper."""
    return abs(float(relief[ink].mean())) / (grain_of(relief.ravel()) + 2) if ink.any() else 0.0


def _is_dark(grey: NDArray[np.float32]) -> bool:
    """Return whether ink is darker than paper: dark marks on the page outweigh light ones."""
    import cv2
    import numpy as np

    thumb = np.clip(reduced(grey, max(max(grey.shape) // THUMB, 1)), 0, 255).astype(np.uint8)
    median = cv2.medianBlur(thumb, max(round(SEES * min(thumb.shape)) | 1, 3))
    return cv2.norm(cv2.subtract(median, thumb)) >= cv2.norm(cv2.subtract(thumb, median))


def _relief(signed: NDArray[np.float32], *, dark: bool) -> tuple[NDArray[np.float32], float]:
    """Return the contrast of each pixel with the paper, float32 [h, w], and the noise of the bare paper.

    Shadows with sharp edges are taken for broad strokes, and their rest for noise: then strokes are narrower.
    """
    import cv2
    import numpy as np

    height, width = signed.shape
    relief, noise = signed, 0.0
    for small in _backgrounds(signed):
        ground = np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
        relief = np.asarray(signed - ground, np.float32)
        if dark:
            relief *= 255 / np.maximum(255 - ground, DARKEST)  # ink takes the same share of weaker light
        noise = grain_of(relief[::3, ::3].ravel())
        if noise > GRAINY:
            relief = np.asarray(cv2.GaussianBlur(relief, (0, 0), SMOOTH), np.float32)
            noise = grain_of(relief[::3, ::3].ravel())
        if noise <= SHADED:
            break
    return relief, noise


def _backgrounds(signed: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    """Yield thumbnails of the page without what is lighter and as narrow as its strokes; shadows, broader ones, stay.

    For the first, strokes are as broad as the narrowest window that leaves the sharp edges of the page to them; for
    each of the others, narrower than for the one before.
    """
    import cv2
    import numpy as np

    thumb = np.asarray(cv2.GaussianBlur(reduced(signed, max(max(signed.shape) // THUMB, 1)), (0, 0), 0.8), np.float32)
    longer, steep = max(thumb.shape), slopes(thumb)
    sharp = steep > SHARP * quantile(steep.ravel(), INK)
    sides, side, total = list[int](), 0, float(steep[sharp].sum())
    for share in WINDOWS:
        side = max(round(share * longer), 5)
        kept = float(slopes(np.asarray(thumb - _opened(thumb, side), np.float32))[sharp].sum())
        if kept >= SOME * total:
            sides.append(side)
        if kept >= KEPT * total:
            break
    for each in reversed(sides or [side]):
        yield _opened(thumb, round(min(WIDER * each, WINDOWS[-1] * longer)))


def slopes(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how steeply each pixel's grey changes, float32 [h, w], in Sobel's units."""
    import cv2
    import numpy as np

    return np.asarray(cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)), np.float32)


def _peak(relief: NDArray[np.float32], near: float) -> NDArray[np.float32]:
    """Return the strongest contrast within *near*, a share of the longer side, of each pixel, float32 [h, w]."""
    import cv2
    import numpy as np

    side = max(round(near * max(relief.shape)), 2) * 2 + 1
    return np.asarray(cv2.dilate(cv2.blur(relief, (3, 3)), np.ones((side, side), np.uint8)), np.float32)


def _are_sharp(
    relief: NDArray[np.float32], mask: NDArray[np.bool_], labels: NDArray[np.int32], count: int
) -> NDArray[np.bool_]:
    """Return which parts have edges about as steep as those of most ink, so are no shadows, bool [count]."""
    import numpy as np

    edge = mask & ~eroded(mask, 1)
    at, length = labels[edge], np.bincount(labels[edge], minlength=count)
    slope = np.bincount(at, slopes(relief)[edge], count) / np.maximum(length, 1)
    height = np.bincount(labels[mask], relief[mask], count) / np.maximum(np.bincount(labels[mask], minlength=count), 1)
    ratio = slope / np.maximum(height, LEAST)
    order = np.argsort(ratio)
    usual = ratio[order][np.searchsorted(np.cumsum(length[order]), length.sum() / 2)] if len(at) else 0.0
    return np.asarray(ratio >= SOFT * usual, np.bool_)


def _opened(thumb: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Return a thumbnail without what is lighter and narrower than *side*; the median difference corrects for grain."""
    import cv2
    import numpy as np

    opened = cv2.morphologyEx(thumb, cv2.MORPH_OPEN, np.ones((side | 1, side | 1), np.uint8))
    opened = cv2.blur(opened, (side // 2 | 1, side // 2 | 1))
    return np.asarray(np.minimum(opened + np.median(thumb - opened), 255), np.float32)


def _strength(relief: NDArray[np.float32]) -> float:
    """Return the contrast of the strongest ink."""
    import cv2
    import numpy as np

    smooth = np.asarray(cv2.blur(relief, (3, 3)), np.float32)
    return quantile(relief[smooth > COARSE * float(smooth.max())], 0.5)


def _ruled_lines(grey: NDArray[np.float32], *, dark: bool) -> Lines | None:
    """Find the lines of ruled paper in an overview; return them at full size."""
    import cv2
    import numpy as np

    height, width = grey.shape
    scale = min(OVERVIEW / max(height, width), 1)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    lines = erase_lines(resized(grey, size))[1]
    if lines is None or lines.dark != dark:
        return None
    whole = _from_side_to_side(lines.horizontal), _from_side_to_side(lines.vertical.T).T
    horizontal, vertical = (
        np.asarray(cv2.resize(each.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST), np.bool_)
        for each in whole
    )
    return Lines(horizontal, vertical, lines.dark, lines.strength)


def _from_side_to_side(lines: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the lines, bool [h, w], that reach both sides of the page; those of a form do not."""
    import cv2
    import numpy as np

    wide = np.pad(dilated(lines, 3, 1), JOIN).astype(np.uint8)
    joined = cv2.morphologyEx(wide, cv2.MORPH_CLOSE, np.ones((1, JOIN), np.uint8))[JOIN:-JOIN, JOIN:-JOIN]
    labels, table = connected_components(np.asarray(joined, np.bool_))
    width = lines.shape[1]
    across = (table[:, 0] <= SIDE * width) & (table[:, 0] + table[:, 2] >= (1 - SIDE) * width)
    across[0] = False
    return across[labels] & lines
