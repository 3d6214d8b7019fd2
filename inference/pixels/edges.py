"""Measure how wide the edges of strokes are: a blurred picture has no narrow ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.pixels.centring import bounding_box
from inference.pixels.connected_components import dilated, eroded
from inference.pixels.quantile import median, quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["edge_width"]

SOBEL = 8  # a Sobel filter's response to a slope of one grey level per pixel
FULL = 0.9  # quantile of the digit's contrast that is full ink


def edge_width(relief: NDArray[np.float32], mask: NDArray[np.bool_]) -> float:
    """Return the width of a digit's edges over its longer side, 0 to 1: in how much of it paper turns to ink.

    Args:
        relief: float32, shape [h, w]: contrast of each pixel with the paper, positive on ink.
        mask: bool, shape [h, w]: the digit, not empty.
    """
    import cv2
    import numpy as np

    top, bottom, left, right = bounding_box(mask)
    across, down = cv2.Sobel(relief, cv2.CV_32F, 1, 0), cv2.Sobel(relief, cv2.CV_32F, 0, 1)
    steep = np.asarray(cv2.magnitude(across, down), np.float32)[dilated(mask, 3, 3) & ~eroded(mask, 1)]
    pixels = SOBEL * quantile(relief[mask], FULL) / max(median(steep), 1e-6)
    return min(max(pixels, 0.0) / max(bottom - top, right - left), 1.0)
