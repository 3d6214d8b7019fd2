"""Find the paper in a picture, without frames, table edges, scan borders or the desk around a sticky note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inference.paper.background import fit_surface
from inference.paper.sheet import FULL, PAPER_FILL, SHEET, Blob, ends_sharply, find_blobs, is_loop
from inference.pixels.connected_components import dilated, eroded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Page", "find_page", "split_by_threshold"]

# Chosen by eye on the robustness suite's pages.
# TWO: even shading is a uniform distribution, and three quarters of its variance lie between its halves.
DEPTH = 4  # nesting levels: a sticky note on a sheet on a desk in a frame
PAPER_SHARE = 0.08  # of the region: a smaller rectangle with a hole is a digit's loop, not paper
TWO = 0.88  # least share of the variance between two distinct greys; a linear gradient has 0.75
GREYS = 256
RIM = 2  # pixels: width of a region's border
INKED = 0.15  # of a hole's longer side: least length of the ink in it
ALSO = 0.5  # of the largest hole's longer side: least length of another box
HUGS = 0.35  # least share of the outline of a table edge or scan border along the edge of the region


@dataclass(frozen=True)
class Page:
    """Where to look for ink.

    Attributes:
        region: bool, shape [h, w]: the paper.
        ink: bool, shape [h, w]: a first, coarse estimate of the ink.
        dark: whether ink is darker than paper.
        widest: pixels; anything wider is taken for shadow; 0 for no such assumption.
    """

    region: NDArray[np.bool_]
    ink: NDArray[np.bool_]
    dark: bool
    widest: int = 0


def find_page(grey: NDArray[np.float32], region: NDArray[np.bool_]) -> Page:
    """Find the innermost sheet: step inwards from the border until the foreground is ink, not another sheet.

    Args:
        grey: float32, shape [h, w], 0 to 255.
        region: bool, shape [h, w]: where to look.
    """
    import numpy as np

    page = None
    for _ in range(DEPTH):
        ground, fore, dark = _split(grey, region)
        blobs = find_blobs(fore)
        inner = _only_sheet(blobs, grey, ground, region)
        edges = [] if inner is not None else [blob for blob in blobs if _is_edge(blob, region)]
        ink = fore.copy()
        for blob in edges:
            ink &= ~blob.mask
        if page is None or ink.any():
            page = Page(region, ink, dark)
        if inner is None and not edges:
            break
        shrunk = inner if inner is not None else _without(region, edges)
        if np.count_nonzero(shrunk) < 0.02 * shrunk.size or not ends_sharply(shrunk, region, grey):
            break
        region = shrunk
    assert page is not None  # noqa: S101  (DEPTH is at least 1)
    return page


def split_by_threshold(grey: NDArray[np.float32], region: NDArray[np.bool_]) -> tuple[Page, Page]:
    """Split a region at Otsu's threshold: one page with the dark side as ink, one with the light side."""
    import cv2
    import numpy as np

    greys = np.clip(grey[region], 0, 255).astype(np.uint8)
    level = cv2.threshold(greys, 0, 255, cv2.THRESH_OTSU)[0]
    return Page(region, region & (grey <= level), dark=True), Page(region, region & (grey > level), dark=False)


def _split(grey: NDArray[np.float32], region: NDArray[np.bool_]) -> tuple[Any, Any, bool]:
    """Split a region into background, which dominates its border, and foreground; return both and whether ink is dark.

    Shading is removed first, unless the region clearly consists of two greys.
    """
    import numpy as np

    light, clarity = _otsu(grey, region)
    flat, flat_clarity = _otsu(grey - fit_surface(grey, region), region)
    light = light if clarity > max(flat_clarity, TWO) else flat
    border = region & ~eroded(region, RIM)
    dark = bool(np.count_nonzero(light & border) * 2 >= np.count_nonzero(border))
    return (light if dark else ~light) & region, (~light if dark else light) & region, dark


def _otsu(grey: NDArray[np.float32], region: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], float]:
    """Split a region at Otsu's threshold; return the light pixels and the between-class share of the variance."""
    import numpy as np

    values = grey[region]
    low, high = float(values.min()), float(values.max())
    scaled = ((values - low) * (255 / max(high - low, 1e-6))).astype(np.uint8)
    level, between, whole = _split_counts(np.bincount(scaled, minlength=GREYS))
    return grey > low + (level + 0.5) / 255 * (high - low), between / max(whole, 1e-6)


def _split_counts(counts: NDArray[np.int64]) -> tuple[int, float, float]:
    """Return Otsu's threshold of a histogram, the between-class variance and the total variance."""
    import numpy as np

    greys, total = np.arange(GREYS), np.sum(counts)
    below, mass = np.cumsum(counts), np.cumsum(counts * greys)
    mean = mass[-1] / total
    between = np.square(mean * below - mass) / np.maximum(below * (total - below), 1)
    level = int(np.argmax(between))
    return level, float(between[level]), float(np.sum(counts * np.square(greys - mean)) / total)


def _only_sheet(
    blobs: list[Blob], grey: NDArray[np.float32], ground: NDArray[np.bool_], region: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Return the paper in the first blob that is a sheet or a frame; None without one or with others beside it."""
    import numpy as np

    found: tuple[Blob, NDArray[np.bool_]] | None = None
    for blob in blobs:
        if found and np.any(blob.mask & found[0].filled):
            continue
        inner = _paper_in(blob, grey, ground, region)
        if inner is None:
            continue
        if found:
            return None  # the boxes of a form
        found = blob, inner
    return found and found[1]


def _paper_in(
    blob: Blob, grey: NDArray[np.float32], ground: NDArray[np.bool_], region: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Return the paper in a blob that is a sheet or a frame around a sheet; None if the blob is ink."""
    import numpy as np

    area = np.count_nonzero(blob.filled)
    if area < PAPER_SHARE * np.count_nonzero(region) or area < PAPER_FILL * blob.rectangle:
        return None
    if blob.area > FULL * area and blob.aspect < SHEET:
        return eroded(blob.filled, 3)  # no digit is a filled rectangle
    holes = [hole for hole in find_blobs(blob.filled & ground) if hole.longer >= 0.06 * blob.longer]
    if not holes:
        return None
    hole = max(holes, key=lambda each: np.count_nonzero(each.filled))
    if sum(bool(_inked(each, ground)) for each in holes if each.longer >= ALSO * hole.longer) > 1:
        return None  # the boxes of a form, each with a digit
    return _paper_round(blob, hole, grey, ground)


def _paper_round(
    blob: Blob, hole: Blob, grey: NDArray[np.float32], ground: NDArray[np.bool_]
) -> NDArray[np.bool_] | None:
    """Return the sheet whose ink is the hole, or the sheet inside a frame; None for the loop of a digit."""
    import numpy as np

    area, inside = np.count_nonzero(blob.filled), np.count_nonzero(hole.filled)
    inked = _inked(hole, ground)
    if not inked and is_loop(blob, hole, grey, ground):
        return None
    if inside < 0.5 * area and blob.area > 0.5 * area:
        return eroded(blob.filled, 3)  # a sheet with ink on it
    if inked and inside > 0.3 * area and inside > PAPER_FILL * hole.rectangle:
        return eroded(hole.filled, 3)  # a frame with a sheet in it
    return None


def _inked(hole: Blob, ground: NDArray[np.bool_]) -> list[Blob]:
    return [each for each in find_blobs(hole.filled & ~ground) if each.longer >= INKED * hole.longer]


def _is_edge(blob: Blob, region: NDArray[np.bool_]) -> bool:
    """Return whether a blob is a table edge or scan border: it lies along a side of the region, ink only crosses it."""
    import numpy as np

    rim = region & ~eroded(region, 1)
    outline = blob.mask & ~eroded(blob.mask, 1)
    return bool(np.count_nonzero(blob.mask & rim) > HUGS * np.count_nonzero(outline))


def _without(region: NDArray[np.bool_], edges: list[Blob]) -> NDArray[np.bool_]:
    import numpy as np

    gone = np.any([blob.mask for blob in edges], axis=0)
    return region & ~dilated(gone, 9, 9)
