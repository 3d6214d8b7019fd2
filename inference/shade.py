"""Tell ink from what only takes some of the light: shadows, whose edges are soft where those of ink are sharp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.regions import connected_parts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inference.ink import Ink

__all__ = ["find_soft"]

MANY = 24  # parts looked at, the largest first
SOFT = 1.1  # slope of an edge against its height: photographed ink has 1.6 and more, a hand's shadow 0.3 to 1
LEFT = 0.35  # of the light is left in a shadow: what is darker is ink, be it blurred or enlarged from a few pixels
SMALL = 12  # pixels: no more can be said of less


def find_soft(grey: NDArray[np.float32], slope: NDArray[np.float32], ink: Ink) -> NDArray[np.bool_]:
    """Give the parts of the ink that are shadows, or light between shadows, bool [h, w].

    Args:
        grey: float32, shape [h, w], 0 to 255: the overview of the picture.
        slope: float32, shape [h, w]: the gradient's length, the steepest of each pixel and its neighbours.
        ink: what was found in it.
    """
    import numpy as np

    labels, table = connected_parts(ink.mask)
    soft = np.zeros(len(table), np.bool_)
    for i in np.argsort(-table[1:, 4])[:MANY] + 1:
        left, top, width, height, area = (int(each) for each in table[i])
        if area < SMALL:
            break
        box = slice(max(top - 1, 0), top + height + 1), slice(max(left - 1, 0), left + width + 1)
        soft[i] = _is_soft(labels[box] == i, grey[box], slope[box], ink.relief[box])
    return soft[labels]


def _is_soft(
    part: NDArray[np.bool_], grey: NDArray[np.float32], slope: NDArray[np.float32], relief: NDArray[np.float32]
) -> bool:
    import cv2
    import numpy as np

    outline = np.asarray(cv2.dilate(part.astype(np.uint8), np.ones((3, 3), np.uint8)), np.bool_) & ~part
    if not outline.any():
        return False
    strength = float(np.percentile(relief[part], 85))
    if float(np.median(slope[outline])) > SOFT * strength:
        return False
    within = float(np.median(grey[part]))
    brightest = max(within, float(np.percentile(grey[outline], 75)), strength)
    return strength < (1 - LEFT) * brightest
