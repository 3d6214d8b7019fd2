"""Coarse ink and background of slowly varying paper, computed on a thumbnail for speed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from inference.pixels.resizing import Pixels, reduced

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["fill_background", "find_coarse_ink"]

# Chosen by eye on plain pictures of the robustness suite.
COARSER, CELL = 8, 4  # reduction of the thumbnails for coarse ink and for background
SEES = 0.6  # of the thumbnail's shorter side: window of the median; a smaller one would follow broad strokes
COARSE, LEAST = 0.35, 3  # of the strongest contrast; grey levels: certain ink exceeds both
REACHES = ((5, 1.0), (25, 1e-3))  # window of each average over bare paper, in thumbnail pixels, and its weight
BARE = 127  # of 255: more than half of a thumbnail pixel's area is paper
SMOOTH = 3  # thumbnail pixels: radius of the final blur


def find_coarse_ink(grey: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], bool]:
    """Find certain ink: pixels that differ much from the median of a wide window.

    Args:
        grey: uint8, shape [h, w], both COARSER or more.

    Returns:
        The ink, uint8 [h, w], 255 or 0, and whether it is darker than the paper.
    """
    import cv2
    import numpy as np

    thumb = reduced(grey, COARSER)
    side = round(SEES * min(thumb.shape)) | 1
    median = np.asarray(cv2.medianBlur(_continued(thumb, side // 2), side), np.uint8)
    ground = _enlarged(median, side // 2, grey.shape)
    darker, lighter = cv2.subtract(ground, grey), cv2.subtract(grey, ground)
    dark = cv2.norm(darker) >= cv2.norm(lighter)
    relief = darker if dark else lighter
    peak = cv2.minMaxLoc(cv2.blur(relief, (3, 3)))[1]
    return np.asarray(cv2.threshold(relief, max(COARSE * peak, LEAST), 255, cv2.THRESH_BINARY)[1], np.uint8), dark


def fill_background(grey: NDArray[np.uint8], paper: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Extend the grey of bare paper smoothly under everything else.

    Args:
        grey: uint8, shape [h, w], both CELL or more.
        paper: uint8, shape [h, w], 255 on bare paper, else 0.

    Returns:
        float32, shape [h, w].
    """
    import cv2
    import numpy as np

    known = reduced(paper, CELL)
    both = cv2.merge([reduced(np.asarray(cv2.bitwise_and(grey, paper), np.uint8), CELL), known]).astype(np.float32)
    near, far = (trust * cv2.blur(both, (side, side)) for side, trust in REACHES)
    seen, weight = cv2.split(cv2.copyTo(both, (known > BARE).view(np.uint8), near + far))
    filled = _continued(np.asarray(cv2.divide(seen, weight, scale=255), np.float32), SMOOTH)
    smooth = np.asarray(cv2.blur(filled, (2 * SMOOTH + 1, 2 * SMOOTH + 1)), np.float32)
    return _enlarged(smooth, SMOOTH, grey.shape)


def _continued(thumb: Pixels, by: int) -> Pixels:
    """Extrapolate a thumbnail linearly beyond its sides by *by* pixels."""
    import cv2

    edge: Any = cv2.copyMakeBorder(thumb, by, by, by, by, cv2.BORDER_REPLICATE)
    back: Any = cv2.copyMakeBorder(thumb, by, by, by, by, cv2.BORDER_REFLECT_101)
    return cast("Pixels", cv2.addWeighted(edge, 2, back, -1, 0))


def _enlarged(thumb: Pixels, without: int, shape: tuple[int, ...]) -> Pixels:
    import cv2

    inner = thumb[without:-without, without:-without]
    return cast("Pixels", cv2.resize(inner, shape[::-1], interpolation=cv2.INTER_LINEAR))
