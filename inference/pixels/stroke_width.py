"""Measure the width of strokes, and bring it near MNIST's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.pixels.centring import BOX, bounding_box
from inference.pixels.gaps import distance, find_gaps, without_dips

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["fit_strokes", "stroke_width"]

# In pixels of the 28x28. MNIST's median is 2.5; its 1st and 99th percentiles are 1.4 and 5. GAP is measured on
# hairlines drawn in the styles of learning/synthetic.
THINNEST, THICKENED = 1.8, 2.3
GAP = 3.0  # where strokes face each other, thickening leaves this much of the gap between them
THICKEST, THINNED = 4.2, 3.6


def stroke_width(mask: NDArray[np.bool_]) -> float:
    """Return the mean stroke width in pixels: four times the mean distance of ink from its edge; 0.0 for no ink."""
    if not mask.any():
        return 0.0
    return 4 * float((_depth(mask)[mask] - 0.5).mean())


def fit_strokes(mask: NDArray[np.bool_], signed: NDArray[np.float32]) -> tuple[NDArray[np.bool_], str]:
    """Thicken or thin a digit whose strokes would be much thinner or thicker than MNIST's in 28x28.

    Args:
        mask: bool, shape [h, w], with a margin of a tenth or more.
        signed: float32, shape [h, w]: grey over the contrast of ink and paper, larger on ink.

    Returns:
        The mask, and what was done: `thickened from ... px`, `thinned from ... px` or ''.
    """
    top, bottom, left, right = bounding_box(mask)
    unit = max(bottom - top, right - left) / BOX
    width = stroke_width(mask) / unit
    if 0 < width < THINNEST:
        return _thicken(mask, (THICKENED - width) / 2 * unit, unit), f"thickened from {width:.1f} px"
    if width > THICKEST:
        open_mask = without_dips(mask, signed, unit)
        now = stroke_width(open_mask) / unit
        return _thin(open_mask, THINNED / max(now, THINNED), round(now * unit)), f"thinned from {width:.1f} px"
    return mask, ""


def _depth(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    import cv2
    import numpy as np

    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=[0])
    return cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1].astype(np.float32)


def _thicken(mask: NDArray[np.bool_], by: float, unit: float) -> NDArray[np.bool_]:
    """Widen strokes on both sides, but not into the gap between strokes that face each other."""
    return mask | (distance(~mask)[0] <= by) & ~find_gaps(mask, GAP, unit)


def _thin(mask: NDArray[np.bool_], factor: float, near: int) -> NDArray[np.bool_]:
    """Remove the same share of every stroke's width; the ridge, where depth is greatest, always remains."""
    import cv2

    depth = _depth(mask)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (near | 1, near | 1))
    ridge = cv2.dilate(depth, kernel)
    return mask & (depth >= (1 - factor) * ridge)
