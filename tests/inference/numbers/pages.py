"""Pages with digits of MNIST, written in lines and in forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from tests.inference.pictures import sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CELL", "EDGE", "GREY", "boxed", "written"]

CELL = 84  # pixels from digit to digit
EDGE = 60  # pixels around the writing
LARGE = 2  # times MNIST's size
GREY = (110,)
BLANK = "_"


def written(*lines: str) -> NDArray[np.uint8]:
    """Write lines of digits, `_` for a gap, dark on white: uint8 [h, w]."""
    page = np.full((EDGE * 2 + CELL * len(lines), EDGE * 2 + CELL * max(map(len, lines))), 255, np.uint8)
    for row, line in enumerate(lines):
        for column, digit in enumerate(line):
            if digit != BLANK:
                image = cv2.resize(_digit(digit), None, fx=LARGE, fy=LARGE, interpolation=cv2.INTER_CUBIC)
                top, left = (EDGE + CELL * at + (CELL - len(image)) // 2 for at in (row, column))
                page[top : top + len(image), left : left + len(image)] = 255 - image
    return page


def boxed(*lines: str) -> NDArray[np.uint8]:
    """Write lines of digits into the boxes of a ruled grid, `_` for an empty one: uint8 [h, w]."""
    page = written(*lines)
    for row, line in enumerate(lines):
        for column in range(len(line)):
            first = EDGE + CELL * column, EDGE + CELL * row
            cv2.rectangle(page, first, (first[0] + CELL, first[1] + CELL), GREY, 2)
    return page


def _digit(name: str) -> NDArray[np.uint8]:
    return sample()[500 * int(name) + 100]
