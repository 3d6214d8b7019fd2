"""Redraw the digit of a plain picture in MNIST's format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.drawing.close_up import Note
from inference.page.single_digit import SingleDigit
from inference.pixels.centring import bounding_box, draw_centred
from inference.pixels.resizing import reduced
from inference.pixels.stroke_width import fit_strokes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["redraw"]

# Chosen by eye on plain pictures of the robustness suite.
LONGER = 100  # pixels: longer side of the redrawn digit, five for each pixel of MNIST's
AROUND = 3  # pixels of the small picture: margin around the digit


def redraw(grey: NDArray[np.uint8], found: SingleDigit, factor: int, note: Note) -> tuple[NDArray[np.uint8], str]:
    """Redraw the digit.

    Args:
        grey: uint8, shape [h, w]: the picture.
        found: the digit in a reduced picture.
        factor: by which that picture is reduced.
        note: records the name and the picture of each step.

    Returns:
        The picture, uint8 [28, 28], and what was done to its strokes, or ''.
    """
    import cv2
    import numpy as np

    top, bottom, left, right = bounding_box(found.digit.mask)
    longer = max(bottom - top, right - left)
    rows, columns = slice(max(top - AROUND, 0), bottom + AROUND), slice(max(left - AROUND, 0), right + AROUND)
    edge, near = found.edge[rows, columns], found.digit.mask[rows, columns].view(np.uint8)
    y, x = ((found.near[i].start + each.start) * factor for i, each in enumerate((rows, columns)))
    fine = grey[y : y + edge.shape[0] * factor, x : x + edge.shape[1] * factor]
    fine = reduced(fine, max(longer * factor // LONGER, 1)).astype(np.float32)
    size = round(edge.shape[1] * LONGER / longer), round(edge.shape[0] * LONGER / longer)
    fine = cv2.resize(fine, size, interpolation=cv2.INTER_CUBIC if longer * factor < LONGER else cv2.INTER_LINEAR)
    edge = cv2.resize(edge, size, interpolation=cv2.INTER_LINEAR)
    near = cv2.resize(cv2.dilate(near, np.ones((3, 3), np.uint8)), size, interpolation=cv2.INTER_NEAREST)
    strokes = cv2.bitwise_and(cv2.compare(fine, edge, cv2.CMP_LT if found.dark else cv2.CMP_GT), near)
    strokes = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    by = LONGER // 8
    mask = cv2.copyMakeBorder(strokes, by, by, by, by, cv2.BORDER_CONSTANT, value=[0]).view(np.bool_)
    note("crop", fine)
    note("strokes", mask)
    signed = np.asarray((-fine if found.dark else fine) / found.ink.strength, np.float32)
    mask, done = fit_strokes(mask, np.pad(signed, by, mode="edge"))
    if done:
        note(done, mask)
    return draw_centred(mask), done
