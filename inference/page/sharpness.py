"""How much what was found looks like a digit in ink: sharp all round, apart from the edges of the paper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.page.ink import Ink
from inference.page.shadows import Slopes
from inference.pixels.centring import box_of
from inference.pixels.connected_components import connected_parts, eroded, widened
from inference.pixels.quantile import median, quantile
from inference.pixels.stroke_width import stroke_width

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["score"]

STEEPEST = 0.995  # of all slopes in the paper are less: the sharpest edge there is
BLUNT = 0.3  # of the digit's outline may be less sharp than what counts
FEW = 0.1  # of the outline is far less sharp than
UNEVEN = 0.35  # of its middle: part of it is the edge of a shadow
HALF_SOFT = 0.8
SOLID = 0.35  # width of strokes as a share of the digit's length: more is a blob
MOST = 0.6  # of the paper: more ink than that is the paper itself
CONTRARY = 0.15  # of what surrounds a digit stands out the other way: it is the halo of another
RUNS_OUT = 0.5  # of the edge of the paper: more, and it is a frame
CUT = 0.006  # of the outline: more, and the edge of what was taken for the paper cuts through the digit
ALONG = 0.25  # of the outline is near that edge: more, and it is the edge itself
NEAR = 4  # pixels
UNLIKELY = 0.35
PIECES = 5  # a digit has at most, each of this share of its ink:
PIECE = 0.02
SCATTERED = 0.25


def score(mask: NDArray[np.bool_], region: NDArray[np.bool_], slopes: Slopes, ink: Ink) -> float:
    """Give 0 to 1: the sharpness of a digit's edges, against the sharpest there are, all of which it should explain.

    Args:
        mask: bool, shape [h, w]: the digit.
        region: bool, shape [h, w]: the paper.
        slopes: how steep the picture is.
        ink: the ink it is part of.
    """
    import numpy as np

    if not mask.any():
        return 0.0
    every, near = slopes.each[region], _window(mask)
    steepest, energy = quantile(every, STEEPEST), float(np.vdot(every, every))
    place, fills = _place(mask, near, region), np.count_nonzero(mask) > MOST * np.count_nonzero(region)
    mask, region, relief = mask[near], region[near], ink.relief[near]
    outline = widened(mask, 3, 3) & ~mask
    edges, explained = slopes.steepest[near][outline], slopes.each[near][widened(outline, 5, 5)]
    edge = quantile(edges, BLUNT) / max(steepest, 1e-6)
    edge *= HALF_SOFT if quantile(edges, FEW) < UNEVEN * median(edges) else 1
    sharp = min(edge, 1) * min(float(np.vdot(explained, explained)) / max(energy, 1e-6), 1) ** 0.5
    likely = place * _shape(mask) * _surroundings(mask, region, relief, ink.strength)
    return float(sharp * likely * (UNLIKELY if fills else 1))


def _window(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Give the rows and columns of a digit and what is round it."""
    top, bottom, left, right = box_of(mask)
    return slice(max(top - NEAR, 0), bottom + NEAR), slice(max(left - NEAR, 0), right + NEAR)


def _shape(mask: NDArray[np.bool_]) -> float:
    """Give less than 1 for what has no strokes or is in many pieces."""
    top, bottom, left, right = box_of(mask)
    solid = stroke_width(mask) / max(bottom - top, right - left)
    strokes = min(1.0, (SOLID / max(solid, 1e-6)) ** 2)
    return strokes * (SCATTERED if _is_scattered(mask) else 1)


def _is_scattered(mask: NDArray[np.bool_]) -> bool:
    import cv2
    import numpy as np

    if cv2.connectedComponents(mask.view(np.uint8))[0] - 1 <= PIECES:  # a part of the time with their areas
        return False
    _, table = connected_parts(mask)
    return int(np.count_nonzero(table[1:, 4] >= PIECE * np.count_nonzero(mask))) > PIECES


def _place(mask: NDArray[np.bool_], near: tuple[slice, slice], region: NDArray[np.bool_]) -> float:
    """Give less than 1 for what lies along the edge of the paper, or is cut by it."""
    import numpy as np

    if region.all() and _is_inside(near, mask.shape):
        return 1.0
    outline = widened(mask, 3, 3) & ~mask
    rim = region & ~eroded(region, 1)
    runs_out = np.count_nonzero(mask & rim) / max(np.count_nonzero(rim), 1)
    inside = eroded(np.ones_like(region), NEAR)  # at the edge of the picture itself, a digit may be cut off
    length = max(np.count_nonzero(outline), 1)
    cut = np.count_nonzero(mask & rim & inside) / length
    along = np.count_nonzero(outline & ~eroded(region, NEAR) & inside) / length
    return UNLIKELY if runs_out > RUNS_OUT or cut > CUT or along > ALONG else 1 - runs_out


def _is_inside(near: tuple[slice, slice], shape: tuple[int, ...]) -> bool:
    """Tell whether a window with a margin has it on all sides."""
    return all(each.start > 0 and each.stop < length for each, length in zip(near, shape, strict=True))


def _surroundings(
    mask: NDArray[np.bool_], region: NDArray[np.bool_], relief: NDArray[np.float32], strength: float
) -> float:
    """Give less than 1 where much of what is round the digit stands out as much, but the other way."""
    import numpy as np

    around = relief[widened(mask, 7, 7) & ~mask & region]
    contrary = np.count_nonzero(around < -strength / 2) / max(around.size, 1)
    return UNLIKELY if contrary > CONTRARY else 1.0
