"""Score a candidate digit by its edges: ink is sharp all around and clear of the paper's edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.page.ink import Ink
from inference.page.shadows import Slopes
from inference.pixels.centring import bounding_box
from inference.pixels.connected_components import connected_components, dilated, eroded
from inference.pixels.quantile import median, quantile
from inference.pixels.stroke_width import stroke_width

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["score"]

# Chosen by eye on the robustness suite's pictures; CUT on digits cut by the edge of the paper.
STEEPEST = 0.995  # quantile of the slopes on the paper: the sharpest edge
BLUNT = 0.3  # quantile of the outline's slopes that is compared with the sharpest edge
FEW = 0.1  # quantile of the outline's slopes: if it is below UNEVEN times their median,
UNEVEN = 0.35  # part of the outline is the edge of a shadow
HALF_SOFT = 0.8  # factor on the score of such an outline
SOLID = 0.35  # stroke width over the digit's longer side above which it is a blob
MOST = 0.6  # share of the paper above which the ink is the paper itself
CONTRARY = 0.15  # share of the surroundings of opposite contrast above which the digit is the halo of another
RUNS_OUT = 0.5  # share of the paper's edge above which the digit is a frame
CUT = 0.006  # share of the outline on the supposed paper's edge above which that edge cuts the digit
ALONG = 0.25  # share of the outline near that edge above which the digit is the edge itself
NEAR = 4  # pixels: near an edge
UNLIKELY = 0.35  # factor on the score of an unlikely digit
PIECES = 5  # most pieces of a digit
PIECE = 0.02  # of the digit's ink: least size of a piece
SCATTERED = 0.25  # factor on the score of a digit in more pieces


def score(
    mask: NDArray[np.bool_],
    region: NDArray[np.bool_],
    slopes: Slopes,
    ink: Ink,
    marks: NDArray[np.bool_] | None = None,
) -> float:
    """Return a candidate's score, 0 to 1.

    The product of its edges' sharpness, relative to the sharpest on the paper; of the square root of the share of all
    gradient energy that lies along them; and of factors below 1 for anything unlike a digit.

    Args:
        mask: bool, shape [h, w]: the candidate digit.
        region: bool, shape [h, w]: the paper.
        slopes: gradients of the overview.
        ink: all ink, the candidate's included.
        marks: bool, shape [h, w]: boxes and lines whose edges do not count.
    """
    import numpy as np

    if not mask.any():
        return 0.0
    counted = region if marks is None else region & (~dilated(marks, 7, 7) | dilated(mask, 7, 7))
    every, near = slopes.each[counted], _window(mask)
    steepest, energy = quantile(every, STEEPEST), float(np.vdot(every, every))
    position, fills = _position(mask, near, region), np.count_nonzero(mask) > MOST * np.count_nonzero(region)
    mask, region, relief = mask[near], region[near], ink.relief[near]
    outline = dilated(mask, 3, 3) & ~mask
    edges, explained = slopes.steepest[near][outline], slopes.each[near][dilated(outline, 5, 5)]
    edge = quantile(edges, BLUNT) / max(steepest, 1e-6)
    edge *= HALF_SOFT if quantile(edges, FEW) < UNEVEN * median(edges) else 1
    sharp = min(edge, 1) * min(float(np.vdot(explained, explained)) / max(energy, 1e-6), 1) ** 0.5
    likely = position * _shape(mask) * _surroundings(mask, region, relief, ink.strength)
    return float(sharp * likely * (UNLIKELY if fills else 1))


def _window(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Return the rows and columns of a digit with a margin of NEAR pixels."""
    top, bottom, left, right = bounding_box(mask)
    return slice(max(top - NEAR, 0), bottom + NEAR), slice(max(left - NEAR, 0), right + NEAR)


def _shape(mask: NDArray[np.bool_]) -> float:
    """Return less than 1 for a candidate without strokes or in many pieces."""
    top, bottom, left, right = bounding_box(mask)
    solid = stroke_width(mask) / max(bottom - top, right - left)
    strokes = min(1.0, (SOLID / max(solid, 1e-6)) ** 2)
    return strokes * (SCATTERED if _is_scattered(mask) else 1)


def _is_scattered(mask: NDArray[np.bool_]) -> bool:
    import cv2
    import numpy as np

    if cv2.connectedComponents(mask.view(np.uint8))[0] - 1 <= PIECES:  # much faster than with areas
        return False
    _, table = connected_components(mask)
    return int(np.count_nonzero(table[1:, 4] >= PIECE * np.count_nonzero(mask))) > PIECES


def _position(mask: NDArray[np.bool_], near: tuple[slice, slice], region: NDArray[np.bool_]) -> float:
    """Return less than 1 for a candidate along the edge of the paper or cut by it."""
    import numpy as np

    if region.all() and _is_inside(near, mask.shape):
        return 1.0
    outline = dilated(mask, 3, 3) & ~mask
    rim = region & ~eroded(region, 1)
    runs_out = np.count_nonzero(mask & rim) / max(np.count_nonzero(rim), 1)
    inside = eroded(np.ones_like(region), NEAR)  # the picture's own border may cut a digit
    length = max(np.count_nonzero(outline), 1)
    cut = np.count_nonzero(mask & rim & inside) / length
    along = np.count_nonzero(outline & ~eroded(region, NEAR) & inside) / length
    return UNLIKELY if runs_out > RUNS_OUT or cut > CUT or along > ALONG else 1 - runs_out


def _is_inside(near: tuple[slice, slice], shape: tuple[int, ...]) -> bool:
    """Return whether a window with a margin lies inside the picture on all sides."""
    return all(each.start > 0 and each.stop < length for each, length in zip(near, shape, strict=True))


def _surroundings(
    mask: NDArray[np.bool_], region: NDArray[np.bool_], relief: NDArray[np.float32], strength: float
) -> float:
    """Return less than 1 if much around the digit has as much contrast in the opposite direction."""
    import numpy as np

    around = relief[dilated(mask, 7, 7) & ~mask & region]
    contrary = np.count_nonzero(around < -strength / 2) / max(around.size, 1)
    return UNLIKELY if contrary > CONTRARY else 1.0
