"""Place a digit in 28x28 as MNIST does: longer side 20 pixels, centre of mass at the centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BOX", "bounding_box", "centre", "draw_centred", "shrink"]

# MNIST's: 20x20 pixels in the middle of 28x28 by centre of mass (http://yann.lecun.com/exdb/mnist).
BOX = 20
INK = 255


def bounding_box(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """Return top, bottom, left and right of the True pixels, ends exclusive; all 0 if there are none."""
    import cv2
    import numpy as np

    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    return top, top + height, left, left + width


def draw_centred(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Scale and centre an ink mask, bool [h, w], larger than 20 pixels; return it antialiased, uint8 [28, 28]."""
    import numpy as np

    top, bottom, left, right = bounding_box(mask)
    return shrink(mask[top:bottom, left:right].astype(np.float32))


def shrink(ink: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Scale and centre ink, float32 [h, w], 0 to 1, cut along its edges; return it as uint8 [28, 28]."""
    import cv2
    import numpy as np

    height, width = ink.shape
    scale = BOX / max(height, width)
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    ink = ink * np.float32(INK)
    return centre(np.rint(cv2.resize(ink, size, interpolation=cv2.INTER_AREA)).astype(np.uint8))


def centre(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Place light ink, uint8 of at most 28x28, in a black 28x28 with its centre of mass nearest to the centre."""
    import numpy as np

    height, width = ink.shape
    rows, columns = ink.sum(axis=1, dtype=np.float64), ink.sum(axis=0, dtype=np.float64)
    total = max(float(np.sum(rows)), 1.0)
    row = float(np.sum(rows * np.arange(SIDE)[:height])) / total
    column = float(np.sum(columns * np.arange(SIDE)[:width])) / total
    top = min(max(round(SIDE / 2 - row), 0), SIDE - height)
    left = min(max(round(SIDE / 2 - column), 0), SIDE - width)
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[top : top + height, left : left + width] = ink
    return image
