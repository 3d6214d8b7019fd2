"""Draw the digit of a plain picture as MNIST would have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.drawing.close_up import Note
from inference.page.single_digit import Lone
from inference.pixels.centring import box_of, place
from inference.pixels.resizing import reduced
from inference.pixels.stroke_width import fit_strokes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["redraw"]

LONGER = 100  # pixels of the digit's longer side: five for one of MNIST's
ROUND = 3  # pixels of the small picture round it


def redraw(grey: NDArray[np.uint8], lone: Lone, factor: int, note: Note) -> tuple[NDArray[np.uint8], str]:
    """Draw the digit.

    Args:
        grey: uint8, shape [h, w]: the picture.
        lone: what was found in a smaller one.
        factor: by which that is smaller.
        note: told the name and the picture of each step.

    Returns:
        The picture, uint8 [28, 28], and what was done to its strokes, or nothing.
    """
    import cv2
    import numpy as np

    top, bottom, left, right = box_of(lone.digit.mask)
    longer = max(bottom - top, right - left)
    rows, columns = slice(max(top - ROUND, 0), bottom + ROUND), slice(max(left - ROUND, 0), right + ROUND)
    edge, near = lone.edge[rows, columns], lone.digit.mask[rows, columns].view(np.uint8)
    y, x = ((lone.near[i].start + each.start) * factor for i, each in enumerate((rows, columns)))
    fine = grey[y : y + edge.shape[0] * factor, x : x + edge.shape[1] * factor]
    fine = reduced(fine, max(longer * factor // LONGER, 1)).astype(np.float32)
    size = round(edge.shape[1] * LONGER / longer), round(edge.shape[0] * LONGER / longer)
    fine = cv2.resize(fine, size, interpolation=cv2.INTER_CUBIC if longer * factor < LONGER else cv2.INTER_LINEAR)
    edge = cv2.resize(edge, size, interpolation=cv2.INTER_LINEAR)
    near = cv2.resize(cv2.dilate(near, np.ones((3, 3), np.uint8)), size, interpolation=cv2.INTER_NEAREST)
    strokes = cv2.bitwise_and(cv2.compare(fine, edge, cv2.CMP_LT if lone.dark else cv2.CMP_GT), near)
    strokes = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    by = LONGER // 8
    mask = cv2.copyMakeBorder(strokes, by, by, by, by, cv2.BORDER_CONSTANT, value=[0]).view(np.bool_)
    note("crop", fine)
    note("strokes", mask)
    mask, done = fit_strokes(mask)
    if done:
        note(done, mask)
    return place(mask), done
