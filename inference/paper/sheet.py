"""Recognise a sheet of paper by its outline: a rectangle, also in perspective, with sharp edges."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.pixels.centring import bounding_box
from inference.pixels.connected_components import connected_components, dilated, eroded, longest_outline
from inference.pixels.quantile import median, quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FULL", "PAPER_FILL", "SHEET", "Blob", "ends_sharply", "find_blobs", "find_sheet", "is_loop", "is_sheet"]

# Chosen by eye on the robustness suite's pages; ALIKE, CONVEX and EVEN on loops once mistaken for paper.
PAPER_FILL = 0.85  # least share of its rectangle that a sheet fills
FULL = 0.8  # least bare share of a sheet recognised without looking inside
SHEET = 2.5  # largest aspect ratio of a sheet; a fat 1 exceeds it
LEAST = 0.04  # of the picture's longer side: least length of a part
ALIKE = 0.2  # of the contrast: largest difference between the background inside and outside a digit's loop
CONVEX = 0.75  # least share of its smallest rotated rectangle that a loop fills
EVEN = 2.5  # largest ratio of widest to narrowest stroke around a loop
# Chosen on MNIST's training digits on sheets on tables, drawn with tests/benchmarks/reading/tried.py.
BINS = 64  # greys of the histogram that is split into three
AROUND = 0.2  # least share of the picture's border that is table around a sheet in light and shadow
LARGE = 0.25  # of the picture: least area of such a sheet
STRAIGHT = 0.97  # of its area: that of a polygon with its corners differs by less
STEP = 5, 13  # pixels: a sheet's edge has most of its height in the smaller window, a shadow's has not
SHARP, USUAL = 0.65, 0.25  # least share of its height, and quantile of the edge that has it
CORNER, FOUR = 0.03, 4  # of its outline: how far a sheet's sides may bend; corners
DENSE = 0.4  # least share of its bounding box that it fills; hardly any digit does
MOSTLY = 0.5  # least bare share of a sheet with a digit on it


@dataclass(frozen=True)
class Blob:
    """A connected part of a mask.

    Attributes:
        mask: bool, shape [h, w].
        filled: bool, shape [h, w]: the same without holes.
        longer: pixels: longer side of its bounding box.
        rectangle: pixels: area of its smallest rotated rectangle, or of its outline, a rectangle seen in perspective.
        aspect: longer over shorter side of its smallest rotated rectangle.
        area: pixels in *mask*.
    """

    mask: NDArray[np.bool_]
    filled: NDArray[np.bool_]
    longer: int
    rectangle: float
    aspect: float
    area: int


def find_sheet(grey: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Find the sheet on a darker table, also one in light and shadow: both are lighter than the table.

    It is the only one, and has straight, sharp sides and something dark, no loop, within them.

    Args:
        grey: float32, shape [h, w], 0 to 255.

    Returns:
        bool, shape [h, w]; all True if there is no such sheet.
    """
    import numpy as np

    whole = np.ones(grey.shape, np.bool_)
    light = grey > _darkest_of_three(grey)
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    if border.mean() > 1 - AROUND:
        return whole
    sheets = [blob for blob in find_blobs(light) if np.count_nonzero(blob.filled) >= LARGE * light.size]
    if len(sheets) != 1 or _outline_of(sheets[0].filled) is None:
        return whole
    [found] = sheets
    ink, bare = find_blobs(found.filled & ~light), found.area > FULL * np.count_nonzero(found.filled)
    if not ink or (not bare and is_loop(found, ink[0], grey, ~light)):
        return whole
    sheet = eroded(found.filled, 3)
    return sheet if ends_sharply(sheet, whole, grey) else whole


def _darkest_of_three(grey: NDArray[np.float32]) -> float:
    """Return the grey below which the darkest of three classes lies, by Otsu's criterion."""
    import numpy as np

    low, high = float(grey.min()), float(grey.max())
    width = max(high - low, 1e-6) / BINS
    counts = np.bincount(np.minimum((grey - low) / width, BINS - 1).astype(np.uint8).ravel(), minlength=BINS)
    mass, moment = (np.concatenate([[0], np.cumsum(each)]) for each in (counts, counts * np.arange(BINS)))
    first, second = np.triu_indices(BINS + 1)
    ends = ((0, first), (first, second), (second, BINS))
    between = sum(np.square(moment[b] - moment[a]) / np.maximum(mass[b] - mass[a], 1) for a, b in ends)
    return low + float(first[int(np.argmax(between))]) * width


def ends_sharply(sheet: NDArray[np.bool_], region: NDArray[np.bool_], grey: NDArray[np.float32]) -> bool:
    """Return whether a sheet, without the pixels next to its edge, ends in a step wherever it ends within a region."""
    import cv2
    import numpy as np

    kernels = [np.ones((side, side), np.uint8) for side in STEP]
    near, far = (np.asarray(cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, each), np.float32) for each in kernels)
    edge = dilated(sheet, 7, 7) & ~dilated(sheet, 5, 5) & eroded(region, STEP[0])
    shares = np.asarray(near[edge] / np.maximum(far[edge], 1), np.float32)
    return not shares.size or quantile(shares, USUAL) >= SHARP


def is_loop(blob: Blob, hole: Blob, grey: NDArray[np.float32], ground: NDArray[np.bool_]) -> bool:
    """Return whether a hole is the loop of a boxy digit in a fat pen: the background shows through it."""
    import cv2
    import numpy as np

    inside, outside = median(grey[hole.mask]), median(grey[ground & ~blob.filled])
    if abs(inside - outside) > ALIKE * abs(median(grey[blob.mask]) - outside):
        return False
    if hole.area < CONVEX * hole.rectangle:
        return False
    depth = cv2.distanceTransform(blob.filled.astype(np.uint8), cv2.DIST_L2, 5).astype(np.float32)
    widths = depth[dilated(hole.filled, 3, 3) & ~hole.filled]
    return quantile(widths, 0.95) < EVEN * quantile(widths, 0.05)


def is_sheet(mask: NDArray[np.bool_]) -> bool:
    """Return whether a part, bool [h, w], not empty, may be a sheet with ink on it: a rectangle with few holes."""
    import numpy as np

    top, bottom, left, right = bounding_box(mask)
    if np.count_nonzero(mask) < DENSE * (bottom - top) * (right - left):
        return False
    blob = _blob_of(mask, 0, int(np.count_nonzero(mask)))
    area = int(np.count_nonzero(blob.filled))
    return area >= PAPER_FILL * blob.rectangle and blob.area >= MOSTLY * area and blob.aspect < SHEET


def find_blobs(mask: NDArray[np.bool_]) -> list[Blob]:
    """Return the larger connected components of a mask, largest first, at most 8."""
    import numpy as np

    labels, table = connected_components(mask)
    least = max(mask.shape) * LEAST
    order = [int(i) for i in np.argsort(-table[1:, 4])[:8] + 1 if max(table[i, 2:4]) >= least]
    return [_blob_of(labels == i, int(max(table[i, 2:4])), int(table[i, 4])) for i in order]


def _blob_of(mask: NDArray[np.bool_], longer: int, area: int) -> Blob:
    import cv2
    import numpy as np

    outer = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    filled = cv2.drawContours(np.zeros(mask.shape, np.uint8), outer, -1, [1], cv2.FILLED).astype(np.bool_)
    width, height = cv2.minAreaRect(outer[0])[1]
    aspect = (max(width, height) + 1) / (min(width, height) + 1)
    rectangle = min((width + 1) * (height + 1), _in_perspective(filled))
    return Blob(mask, filled, longer, rectangle, aspect, area)


def _in_perspective(filled: NDArray[np.bool_]) -> float:
    """Return the area of the quadrilateral that a part without holes is; infinity if it is none."""
    outline = _outline_of(filled)
    return math.inf if outline is None or len(outline) != FOUR else _pixels_in(outline)


def _outline_of(filled: NDArray[np.bool_]) -> NDArray[np.int32] | None:
    """Return the corners, int32 [n, 1, 2], of the convex polygon that a part without holes is; None if it is none."""
    import cv2
    import numpy as np

    hull = np.asarray(cv2.convexHull(longest_outline(filled)), np.int32)
    corners = np.asarray(cv2.approxPolyDP(hull, CORNER * cv2.arcLength(hull, closed=True), closed=True), np.int32)
    area, enclosed = np.count_nonzero(filled), _pixels_in(corners)
    is_straight = area >= STRAIGHT * _pixels_in(hull) and area <= enclosed / STRAIGHT
    return corners if is_straight else None


def _pixels_in(polygon: NDArray[np.int32]) -> float:
    """Return how many pixels a polygon through the middles of pixels holds, its own included, by Pick's theorem."""
    import cv2

    return float(cv2.contourArea(polygon) + cv2.arcLength(polygon, closed=True) / 2 + 1)
