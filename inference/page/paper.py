"""Find the paper in a picture: frames, table edges, scan borders and the desk round a sticky note set aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference.page.background import fit_surface
from inference.pixels.connected_components import connected_parts, eroded, widened
from inference.pixels.quantile import median, quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Page", "find_page", "split_plainly"]

DEPTH = 4  # a sticky note on a sheet on a desk in a frame
PAPER_SHARE = 0.08  # of the region: a smaller rectangle with something inside is a digit's loop
PAPER_FILL = 0.85  # of the smallest turned rectangle round it
FULL = 0.8  # of a sheet is bare
SHEET = 2.5  # the longest sheet, in widths: a fat 1 is longer
TWO = 0.88  # of the variance lies between two greys; in even shading it is 0.75
LEAST = 0.04  # longer side of ink, as a share of the region's
GREYS = 256
RIM = 2  # pixels along the edge of a region
ALIKE = 0.2  # of the contrast: what is seen through a digit's loop differs from the ground by less
CONVEX = 0.75  # of the smallest turned rectangle round it is filled by a loop
EVEN = 2.5  # times as wide as where it is narrowest is the stroke round a loop at most
HUGS = 0.35  # of the outline of a table edge or scan border lies along the edge of the region


@dataclass(frozen=True)
class Page:
    """Where the ink is to be looked for.

    Attributes:
        region: bool, shape [h, w]: the paper.
        ink: bool, shape [h, w]: a first, coarse idea of the ink.
        dark: whether ink is darker than paper.
        widest: stroke, in pixels, where all that is wider is taken for shadow; 0 for no such assumption.
    """

    region: NDArray[np.bool_]
    ink: NDArray[np.bool_]
    dark: bool
    widest: int = 0


@dataclass(frozen=True)
class _Blob:
    mask: NDArray[np.bool_]
    filled: NDArray[np.bool_]
    longer: int  # side of its upright box
    rectangle: float  # area of the smallest turned rectangle round it
    aspect: float  # of that rectangle
    area: int


def find_page(grey: NDArray[np.float32]) -> Page:
    """Walk inwards from the picture's border until what lies on the ground is ink and not another paper.

    Args:
        grey: float32, shape [h, w], 0 to 255.
    """
    import numpy as np

    region = np.ones(grey.shape, np.bool_)
    page = None
    for _ in range(DEPTH):
        ground, fore, dark = _split(grey, region)
        blobs = _blobs(fore)
        inner = next((inner for blob in blobs if (inner := _paper_in(blob, grey, ground, region)) is not None), None)
        edges = [] if inner is not None else [blob for blob in blobs if _is_edge(blob, region)]
        ink = fore.copy()
        for blob in edges:
            ink &= ~blob.mask
        if page is None or ink.any():
            page = Page(region, ink, dark)
        if inner is None and not edges:
            break
        shrunk = inner if inner is not None else _without(region, edges)
        if np.count_nonzero(shrunk) < 0.02 * shrunk.size:
            break
        region = shrunk
    assert page is not None  # noqa: S101  (DEPTH is at least 1)
    return page


def split_plainly(grey: NDArray[np.float32]) -> tuple[Page, Page]:
    """Take the whole picture for paper of an even grey, and for ink what is darker, or what is lighter."""
    import cv2
    import numpy as np

    region = np.ones(grey.shape, np.bool_)
    level = cv2.threshold(np.clip(grey, 0, 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU)[0]
    return Page(region, grey <= level, dark=True), Page(region, grey > level, dark=False)


def _split(grey: NDArray[np.float32], region: NDArray[np.bool_]) -> tuple[Any, Any, bool]:
    """Split a region in two greys, its shading taken off unless it clearly has two; the ground makes up its border."""
    import numpy as np

    light, clarity = _otsu(grey, region)
    flat, flat_clarity = _otsu(grey - fit_surface(grey, region), region)
    light = light if clarity > max(flat_clarity, TWO) else flat
    border = region & ~eroded(region, RIM)
    dark = bool(np.count_nonzero(light & border) * 2 >= np.count_nonzero(border))
    return (light if dark else ~light) & region, (~light if dark else light) & region, dark


def _otsu(grey: NDArray[np.float32], region: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], float]:
    """Split a region at Otsu's threshold; gives what is light, and how much of all variance lies between the two."""
    import numpy as np

    values = grey[region]
    low, high = float(values.min()), float(values.max())
    scaled = ((values - low) * (255 / max(high - low, 1e-6))).astype(np.uint8)
    level, between, whole = _split_counts(np.bincount(scaled, minlength=GREYS))
    return grey > low + (level + 0.5) / 255 * (high - low), between / max(whole, 1e-6)


def _split_counts(counts: NDArray[np.int64]) -> tuple[int, float, float]:
    """Give Otsu's threshold of a histogram, the variance between what it parts, and the whole variance."""
    import numpy as np

    greys, total = np.arange(GREYS), np.sum(counts)
    below, mass = np.cumsum(counts), np.cumsum(counts * greys)
    mean = mass[-1] / total
    between = np.square(mean * below - mass) / np.maximum(below * (total - below), 1)
    level = int(np.argmax(between))
    return level, float(between[level]), float(np.sum(counts * np.square(greys - mean)) / total)


def _blobs(mask: NDArray[np.bool_]) -> list[_Blob]:
    """Give the larger connected parts of a mask, largest first, at most 8."""
    import numpy as np

    labels, table = connected_parts(mask)
    least = max(mask.shape) * LEAST
    order = [int(i) for i in np.argsort(-table[1:, 4])[:8] + 1 if max(table[i, 2:4]) >= least]
    return [_blob(labels == i, int(max(table[i, 2:4])), int(table[i, 4])) for i in order]


def _blob(mask: NDArray[np.bool_], longer: int, area: int) -> _Blob:
    import cv2
    import numpy as np

    outer = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    filled = cv2.drawContours(np.zeros(mask.shape, np.uint8), outer, -1, [1], cv2.FILLED).astype(np.bool_)
    width, height = cv2.minAreaRect(outer[0])[1]
    aspect = (max(width, height) + 1) / (min(width, height) + 1)
    return _Blob(mask, filled, longer, (width + 1) * (height + 1), aspect, area)


def _paper_in(
    blob: _Blob, grey: NDArray[np.float32], ground: NDArray[np.bool_], region: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Give the paper inside a blob that is a sheet, or a frame round a sheet; none where it is ink."""
    import numpy as np

    area = np.count_nonzero(blob.filled)
    if area < PAPER_SHARE * np.count_nonzero(region) or area < PAPER_FILL * blob.rectangle:
        return None
    if blob.area > FULL * area and blob.aspect < SHEET:
        return eroded(blob.filled, 3)  # no digit is a full rectangle
    holes = [hole for hole in _blobs(blob.filled & ground) if hole.longer >= 0.06 * blob.longer]
    if not holes:
        return None
    return _paper_round(blob, max(holes, key=lambda each: np.count_nonzero(each.filled)), grey, ground)


def _paper_round(
    blob: _Blob, hole: _Blob, grey: NDArray[np.float32], ground: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Give the sheet of which a hole is the ink, or the one within a frame; none for the loop of a digit."""
    import numpy as np

    area, inside = np.count_nonzero(blob.filled), np.count_nonzero(hole.filled)
    inked = [each for each in _blobs(hole.filled & ~ground) if each.longer >= 0.15 * hole.longer]
    if not inked and _is_loop(blob, hole, grey, ground):
        return None
    if inside < 0.5 * area and blob.area > 0.5 * area:
        return eroded(blob.filled, 3)  # a sheet with ink on it
    if inked and inside > 0.3 * area and inside > PAPER_FILL * hole.rectangle:
        return eroded(hole.filled, 3)  # a frame with a sheet in it
    return None


def _is_loop(blob: _Blob, hole: _Blob, grey: NDArray[np.float32], ground: NDArray[np.bool_]) -> bool:
    """Tell the loop of a boxy digit in a fat pen from ink on a sheet: the ground is seen through it."""
    import cv2
    import numpy as np

    inside, outside = median(grey[hole.mask]), median(grey[ground & ~blob.filled])
    if abs(inside - outside) > ALIKE * abs(median(grey[blob.mask]) - outside):
        return False
    if hole.area < CONVEX * hole.rectangle:
        return False
    depth = cv2.distanceTransform(blob.filled.astype(np.uint8), cv2.DIST_L2, 5).astype(np.float32)
    widths = depth[widened(hole.filled, 3, 3) & ~hole.filled]
    return quantile(widths, 0.95) < EVEN * quantile(widths, 0.05)


def _is_edge(blob: _Blob, region: NDArray[np.bool_]) -> bool:
    """Tell a table edge or scan border, which lies along a side of the region, from ink that runs out of it."""
    import numpy as np

    rim = region & ~eroded(region, 1)
    outline = blob.mask & ~eroded(blob.mask, 1)
    return bool(np.count_nonzero(blob.mask & rim) > HUGS * np.count_nonzero(outline))


def _without(region: NDArray[np.bool_], edges: list[_Blob]) -> NDArray[np.bool_]:
    import numpy as np

    gone = np.any([blob.mask for blob in edges], axis=0)
    return region & ~widened(gone, 9, 9)
