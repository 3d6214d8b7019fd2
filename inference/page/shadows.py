"""Separate ink from shadows: ink has sharp edges, shadows soft ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from inference.pixels.connected_components import connected_components
from inference.pixels.quantile import median, quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inference.page.ink import Ink

__all__ = ["Slopes", "find_shadows", "measure_slopes"]

# Chosen by eye on the robustness suite's pictures, except SOFT, which is measured.
MANY = 24  # parts examined, largest first
SOFT = 1.1  # slope of an edge over its height: photographed ink has 1.6 and more, a hand's shadow 0.3 to 1
BLURRED = 4  # pixels: standard deviation of a blur that hardly changes a soft edge
LASTS = 1.7  # least ratio of an ink edge's slope to its slope when blurred
LEFT = 0.35  # share of the light that a shadow lets through; anything darker is ink, even with soft edges
SMALL = 12  # pixels of area: smaller parts are not judged


@dataclass(frozen=True)
class Slopes:
    """Gradients of an overview.

    Attributes:
        grey: float32, shape [h, w]: the overview.
        each: float32, shape [h, w]: gradient magnitude.
        steepest: float32, shape [h, w]: largest magnitude in each 3x3 neighbourhood.
    """

    grey: NDArray[np.float32]
    each: NDArray[np.float32]
    steepest: NDArray[np.float32]

    @cached_property
    def coarse(self) -> NDArray[np.float32]:
        """`steepest` of the blurred overview, float32 [h, w]; lazy, because most pictures do not need it."""
        return _largest(_slope(self.grey, BLURRED))


def measure_slopes(grey: NDArray[np.float32]) -> Slopes:
    """Measure the gradients of an overview, float32 [h, w]."""
    each = _slope(grey, 1)
    return Slopes(grey, each, _largest(each))


def _slope(grey: NDArray[np.float32], blur: float) -> NDArray[np.float32]:
    import cv2
    import numpy as np

    blurred = cv2.GaussianBlur(grey, (0, 0), blur)
    across, down = cv2.Sobel(blurred, cv2.CV_32F, 1, 0), cv2.Sobel(blurred, cv2.CV_32F, 0, 1)
    return np.asarray(cv2.magnitude(across, down), np.float32)


def _largest(slope: NDArray[np.float32]) -> NDArray[np.float32]:
    import cv2
    import numpy as np

    return np.asarray(cv2.dilate(slope, np.ones((3, 3), np.uint8)), np.float32)


def find_shadows(slopes: Slopes, ink: Ink, *, dark: bool) -> NDArray[np.bool_]:
    """Return the parts of the ink that are shadows, or light between shadows, bool [h, w].

    Args:
        slopes: gradients of the overview.
        ink: the ink of the overview.
        dark: whether ink is darker than paper.
    """
    import numpy as np

    labels, table = connected_components(ink.mask)
    soft = np.zeros(len(table), np.bool_)
    for i in np.argsort(-table[1:, 4])[:MANY] + 1:
        left, top, width, height, area = (int(each) for each in table[i])
        if area < SMALL:
            break
        box = slice(max(top - 1, 0), top + height + 1), slice(max(left - 1, 0), left + width + 1)
        part = labels[box] == i
        strength = quantile(ink.relief[box][part], 0.85)
        brightest = median(slopes.grey[box][part]) + strength * dark
        soft[i] = strength < (1 - LEFT) * brightest and _has_soft_edges(part, strength, slopes, box)
    return np.take(soft, labels)


def _has_soft_edges(part: NDArray[np.bool_], strength: float, slopes: Slopes, box: tuple[slice, slice]) -> bool:
    import cv2
    import numpy as np

    outline = np.asarray(cv2.dilate(part.astype(np.uint8), np.ones((3, 3), np.uint8)), np.bool_) & ~part
    if not outline.any():
        return False
    steep = median(slopes.steepest[box][outline])
    return steep < SOFT * strength or steep < LASTS * median(slopes.coarse[box][outline])
