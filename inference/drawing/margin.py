"""Restore the margin of a digit cropped to its bounding box, as forms, segmenters and screenshots crop it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.pixels.centring import bounding_box
from inference.pixels.connected_components import connected_components, eroded
from inference.pixels.resizing import resized
from inference.pixels.stroke_width import stroke_width
from inference.pixels.two_greys import border_of, find_ink_by_greys

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["with_margin"]

# Chosen by eye on digits cut out along their ink, except the first of GREY, which is measured.
LONGER = 112  # pixels: largest longer side of a crop; more would only show its blur
MARGIN = 0.5  # of the longer side, added on each side
NEAR, NEARER = 2, 0.05  # pixels, plus a share of the longer side: largest gap between ink and the crop's sides
LEVELS = 0.8  # least share of the variance between ink and paper
SOFT = 0.08  # as NEARER, with soft edges, which are wider than the ink that is found
INK = 0.1  # of the contrast: largest standard deviation of even ink; most clothes have more
EVEN = 0.3  # of the contrast: largest standard deviation of the paper, soft edges included
WHOLE = 0.6  # of the ink: least size of the largest part
UPRIGHT = 0.75  # width over height that a square crop gets: MNIST's median
SLIM = 2.0  # aspect ratio from which a crop may be a bare 1, nearly all ink; the limits below do not apply
RUNS = 7  # most runs of ink along the border; more are ruled lines
# The largest stroke width over the longer side (99 % of digits have less, most clothes more), share of ink along the
# border (more is a shadow) and share of ink (more is a shape); and the same for two greys, as only scans of ink have.
GREY, BROAD = (0.25, 0.4, 0.65), (0.52, 0.55, 0.72)


def with_margin(pixels: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Extend a crop by a margin of its own paper; None for a picture that is not a digit cropped to its bounding box.

    Args:
        pixels: uint8, shape [h, w] or [h, w, 3].

    Returns:
        uint8, at most 261 pixels a side.
    """
    import cv2
    import numpy as np

    height, width = pixels.shape[:2]
    scale = min(LONGER / max(height, width), 1)
    small = resized(pixels, (max(round(width * scale), 1), max(round(height * scale), 1))) if scale < 1 else pixels
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2GRAY) if small.shape[2:] else small, np.uint8)
    ink = find_ink_by_greys(grey)
    full = _reaches_sides(ink, NEAR * scale, NEARER)
    limits = BROAD if full and _is_even(grey, ink) else GREY
    near = full or _reaches_sides(ink, NEAR * scale, SOFT)
    if not (near and _has_two_levels(grey, ink) and _is_drawn(ink, limits)):
        return None
    paper = np.median(small[~ink].reshape(np.count_nonzero(~ink), -1), axis=0)
    by = max(round(MARGIN * max(grey.shape)), 1)
    if full and height == width:  # stretched, as small data sets store digits
        small = cv2.resize(small, (small.shape[1], round(small.shape[0] / UPRIGHT)), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.copyMakeBorder(small, by, by, by, by, cv2.BORDER_CONSTANT, value=paper.tolist()), np.uint8)


def _reaches_sides(ink: NDArray[np.bool_], near: float, nearer: float) -> bool:
    """Return whether ink reaches all four sides, or nearly."""
    top, bottom, left, right = bounding_box(ink)
    farthest = max(top, left, ink.shape[0] - bottom, ink.shape[1] - right)
    return bool(ink.any()) and farthest <= near + nearer * max(ink.shape)


def _has_two_levels(grey: NDArray[np.uint8], ink: NDArray[np.bool_]) -> bool:
    """Return whether the picture consists of ink and paper only."""
    import numpy as np

    on, off = grey[ink].astype(np.float32), grey[~ink].astype(np.float32)
    if not off.size:
        return False
    share, contrast = on.size / grey.size, abs(float(on.mean()) - float(off.mean()))
    between = share * (1 - share) * contrast**2
    return bool(between >= LEVELS * float(grey.astype(np.float32).var()) and float(off.std()) <= EVEN * contrast)


def _is_even(grey: NDArray[np.uint8], ink: NDArray[np.bool_]) -> bool:
    """Return whether the ink has one grey, soft edges aside."""
    import numpy as np

    core = eroded(ink, 1)
    values = grey[core if core.any() else ink].astype(np.float32)
    contrast = abs(float(values.mean()) - float(np.median(grey[~ink])))
    return float(values.std()) <= INK * contrast


def _is_drawn(ink: NDArray[np.bool_], limits: tuple[float, float, float]) -> bool:
    """Return whether the ink is a digit's strokes, not ruled lines, frames or shapes."""
    import numpy as np

    if connected_components(ink)[1][1:, 4].max() < WHOLE * np.count_nonzero(ink):
        return False
    solid, out, most = limits
    if stroke_width(ink) > solid * max(ink.shape):
        return False
    if max(ink.shape) >= SLIM * min(ink.shape):
        return True
    border = border_of(ink)
    runs = np.count_nonzero(border & ~np.roll(border, 1))
    return bool(runs <= RUNS and border.mean() <= out and ink.mean() <= most)
