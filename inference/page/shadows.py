"""Tell ink from what only takes some of the light: shadows, whose edges are soft where those of ink are sharp."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from inference.pixels.connected_components import connected_parts
from inference.pixels.quantile import median, quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inference.page.ink import Ink

__all__ = ["Slopes", "find_soft", "measure_slopes"]

MANY = 24  # parts looked at, the largest first
SOFT = 1.1  # slope of an edge against its height: photographed ink has 1.6 and more, a hand's shadow 0.3 to 1
BLURRED = 4  # pixels of blur, which hardly change a soft edge
LASTS = 1.7  # times as steep as when blurred is an edge of ink at least
LEFT = 0.35  # of the light is left in a shadow: what is darker is ink, be it blurred or enlarged from a few pixels
SMALL = 12  # pixels: no more can be said of less


@dataclass(frozen=True)
class Slopes:
    """How steep an overview is.

    Attributes:
        grey: float32, shape [h, w]: the overview.
        each: float32, shape [h, w]: the gradient's length.
        steepest: float32, shape [h, w]: that of each pixel and its neighbours.
    """

    grey: NDArray[np.float32]
    each: NDArray[np.float32]
    steepest: NDArray[np.float32]

    @cached_property
    def coarse(self) -> NDArray[np.float32]:
        """The steepest of the blurred overview, float32 [h, w]; most pictures are judged without."""
        return _largest(_slope(self.grey, BLURRED))


def measure_slopes(grey: NDArray[np.float32]) -> Slopes:
    """Measure how steep an overview, float32 [h, w], is."""
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


def find_soft(slopes: Slopes, ink: Ink, *, dark: bool) -> NDArray[np.bool_]:
    """Give the parts of the ink that are shadows, or light between shadows, bool [h, w].

    Args:
        slopes: how steep the overview of the picture is.
        ink: what was found in it.
        dark: whether ink is darker than paper.
    """
    import numpy as np

    labels, table = connected_parts(ink.mask)
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
