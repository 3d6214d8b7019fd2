"""Tell what is no digit: a line that touches the digits above it, and what is left of a shadow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.numbers.boxes import Box
from inference.numbers.cut_out import Shape
from inference.numbers.groups import usual_height
from inference.numbers.page_answer import PlacedDigit
from inference.numbers.page_ink import slopes
from inference.pixels.centring import bounding_box
from inference.pixels.connected_components import connected_components, eroded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["are_remains", "erase_underlines", "without_underline"]

# Measured on 40 digits underlined so that the line touches them, and on MNIST's test digits: of these, 1 % have such a
# line, nearly all of them a 2.
ENDS = 0.09  # of the width: ends of a line, beside the digit
LOW, THIN = 0.55, 0.22  # of the height: highest place of the ends, and their greatest height
LONG = 1.6  # least width over height of what is no single digit
SMALLEST = 12  # pixels: least width of a line
# Shares of the steepest edges of the page. Measured on 1,300 digits of learning/synthetic/drawn_pages.py, whose
# edges have at least 0.7, and on the shadows that were taken for digits on 5 pages: 0.13 to 0.32.
FAINTEST, FAINT = 0.2, 0.4  # what is fainter is no digit: even if it is answered; if it is not


def erase_underlines(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return ink, bool [h, w], without the lines that touch several digits: parts broader than a digit of the page."""
    labels, table = connected_components(mask)
    usual, bare = usual_height(table[1:]), mask.copy()
    for part, (left, top, width, height, _) in enumerate(table.tolist()):
        if part and width >= max(LONG * height, LONG * usual, SMALLEST):
            box = slice(top, top + height), slice(left, left + width)
            line = _line(labels[box] == part)
            if line is not None:
                bare[box] &= ~line
    return bare


def without_underline(shape: Shape) -> Shape | None:
    """Return a digit without the line below it that touches it; None if there is no such line."""
    line = _line(shape.own)
    if line is None:
        return None
    own = shape.own & ~line
    top, bottom, left, right = bounding_box(own)
    box = Box(shape.box.left + left, shape.box.top + top, right - left, bottom - top)
    rows, columns = slice(top, bottom), slice(left, right)
    return Shape(box, own[rows, columns], (shape.other | line)[rows, columns])


def _line(own: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """Return the line below ink that touches it, without the strokes that cross it, bool [h, w]; None without one."""
    import numpy as np

    height, width = own.shape
    by = max(round(ENDS * width), 1)
    ends = [np.flatnonzero(part.any(axis=1)) for part in (own[:, :by], own[:, width - by :])]
    thick = max(int(end[-1] - end[0]) + 1 for end in ends)
    if width < SMALLEST or thick > THIN * height or min(int(end[0]) for end in ends) < LOW * height:
        return None
    first, last = (float(end[0] + end[-1]) / 2 for end in ends)
    columns = np.arange(width, dtype=np.float64)
    middle = np.asarray(np.interp(columns, [by / 2, width - by / 2], [first, last]), np.float64)
    away = np.asarray(np.arange(height)[:, None] - middle, np.float64)
    band = own & (np.abs(away) <= thick / 2 + 1)
    if not band.any(axis=0).all():
        return None
    above = _touches(own, -away, thick)
    below = _touches(own, away, thick)
    line = np.asarray(band & ~(above & below), np.bool_)
    rest = own & ~line
    rows = np.flatnonzero(rest.any(axis=1))
    return line if len(rows) and rows[-1] - rows[0] >= LOW * height - thick else None


def _touches(own: NDArray[np.bool_], away: NDArray[np.float64], thick: int) -> NDArray[np.bool_]:
    """Return the columns with ink just beyond a line of a thickness, on the side where *away* is positive, bool [w]."""
    import numpy as np

    return np.asarray((own & (away > thick / 2 + 1) & (away <= thick + 2)).any(axis=0), np.bool_)


def are_remains(shapes: list[Shape], placed: list[PlacedDigit], relief: NDArray[np.float32]) -> list[bool]:
    """Return which shapes are remains of a shadow and no digits.

    Args:
        shapes: the ink of each.
        placed: what each is read as.
        relief: float32, shape [h, w]: contrast of the page's ink with its paper, 0 to 255.
    """
    steep = [_steepness(shape, relief) for shape in shapes]
    most = max(steep, default=0.0)
    return [one < (FAINTEST if each.answered else FAINT) * most for one, each in zip(steep, placed, strict=True)]


def _steepness(shape: Shape, relief: NDArray[np.float32]) -> float:
    """Return the mean slope of the contrast along the edge of a shape."""
    box = shape.box
    edge = shape.own & ~eroded(shape.own, 1)
    top, left = max(box.top - 1, 0), max(box.left - 1, 0)
    slope = slopes(relief[top : box.bottom + 1, left : box.right + 1])[box.top - top :, box.left - left :]
    return float(slope[: box.height, : box.width][edge].mean())
