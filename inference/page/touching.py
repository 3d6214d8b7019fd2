"""Find what people and forms draw at a digit and what touches it: the lines of a box, a line below, a line across."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from inference.pixels.connected_components import connected_components, dilated
from inference.pixels.quantile import quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["evidence_needed", "find_touching_lines"]

# Measured on MNIST's training digits, drawn large, bare and with marks (tests/benchmarks/reading/marked.py).
LONG = 0.3  # of the longest part: least length of a part that is examined
SMALLEST = 24  # pixels: least length of a part that is examined
HOLLOW = 0.5  # of its bounding box: most ink of a box and what it holds
RUN = 0.6  # of a box's side: least length of a straight run in it
RIM = 0.16  # of a box: its lines lie this near to its sides
THIN, THINNEST = 0.07, 4  # of a box's longer side, and pixels: largest width of its lines
HELD = 0.3  # of a box's height: least height of what it holds; the bar of an 8 of straight lines is lower
TIP = 0.05  # of the width: end of a line beside the digit
WIDE = 0.2  # of the longer side: largest width of a line's ends
COVERED, STRAIGHT = 0.95, 0.3  # of a line's length: least ink along it; of its width: largest distance from straight
PAST = 0.1  # of the longer side: how far a line reaches past the digit, on both sides
# Largest standard deviations of a line below, of the longer side and of the line's width; a 2's base has more.
WAVY, UNEVEN = 0.008, 0.25
FLAT, BELOW, ABOVE = 0.12, 0.07, 0.4  # slope of a line below; most of the ink below it; least height of the ink above
SIDES = 0.12  # of the rest of the ink: least on each side of a line across
# What may be a line across: how far it reaches past the digit; least of the rest on each side. Chosen on 500 digits
# with slashes, 1,000 without and 350 with bars (seed 7): with slashes 2 % are answered wrong, before 4 %, and 0.2 %
# more of those without are unsure.
ACROSS, DOWN = (0.045, 0.28), (0.06, 0.2)
NEEDED = 1.8  # units of evidence (inference/model/decision.py): least of what such a line may cross out
LEAST = 0.25  # of the ink: least beside a line
CRUMB = 0.02  # of the ink beside a line: less is what remains of its edge
EDGE = 0.02  # of the longer side: a line's edge that may tremble
MOST = 3  # runs of ink at one end of a digit


def find_touching_lines(
    labels: NDArray[np.int32], table: NDArray[np.int32], marks: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Return the lines of boxes and the lines below digits that touch the digits, without strokes that cross them.

    Args:
        labels: int32, shape [h, w]: the part of each pixel.
        table: int32, shape [parts, 5]: left, top, width, height and area of each part, the background first.
        marks: bool, shape [parts]: which parts are boxes, circles and lines below digits by themselves.

    Returns:
        bool, shape [h, w].
    """
    import numpy as np

    mask, longer = labels > 0, table[:, 2:4].max(axis=1)
    found, least = np.zeros_like(mask), max(LONG * longer[1:].max(initial=0), SMALLEST)
    for part in np.flatnonzero((longer >= least) & ~marks):
        if part:
            left, top, width, height = map(int, table[part, :4])
            window = slice(top, top + height), slice(left, left + width)
            own = labels[window] == part
            ends = top == 0, top + height == len(mask), left == 0, left + width == mask.shape[1]
            lines = _box(own, mask[window], ends)
            found[window] |= _line_below(own) if lines is None else lines
    return found


def evidence_needed(mask: NDArray[np.bool_]) -> float:
    """Return how much evidence a digit needs to be answered, because a line may cross it out.

    Args:
        mask: bool, shape [h, w]: the digit, cut to its bounding box.

    Returns:
        In units (inference/model/decision.py): infinity if a straight line goes through it from left to right and
        past both sides; some if a line may, from left to right or from top to bottom; 0.0 if none does.
    """
    import numpy as np

    lines = _lines_across(mask)
    if _cross_out(mask, lines, PAST, SIDES):
        return math.inf
    turned = np.ascontiguousarray(mask.T)
    maybe = _cross_out(mask, lines, *ACROSS) or _cross_out(turned, _lines_across(turned), *DOWN)
    return NEEDED if maybe else 0.0


def _cross_out(own: NDArray[np.bool_], lines: list[_Line], past: float, sides: float) -> bool:
    """Return whether lines reach past a digit, with at least a share *sides* of the rest of it on each side of one."""
    rest = _rest_between(own, lines, past)
    return rest is not None and any(sides <= _share_below(rest, line) <= 1 - sides for line in lines)


def _line_below(own: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the line below a digit that touches it; all False if there is none."""
    import numpy as np

    lines = _lines_across(own)
    rest = _rest_between(own, lines, PAST)
    if rest is None or len(lines) != 1:
        return np.zeros_like(own)
    [line] = lines
    inked = np.flatnonzero(rest.any(axis=1))
    level = abs(float(line.away[0, 0] - line.away[0, -1])) <= FLAT * own.shape[1]
    high = inked[-1] - inked[0] >= ABOVE * own.shape[0]
    if not (level and high and _share_below(rest, line) <= BELOW and _is_even(line, rest)):
        return np.zeros_like(own)
    return line.band & ~(_beside(own, -line.away, line.half) & _beside(own, line.away, line.half))


@dataclass(frozen=True)
class _Line:
    """A straight line from the left end of a part to its right end."""

    away: NDArray[np.float64]  # of each pixel, how far it lies below the line
    half: float  # of the line's width, its edges included
    band: NDArray[np.bool_]  # the ink on it


def _lines_across(own: NDArray[np.bool_]) -> list[_Line]:
    """Return the straight lines of ink between the left and the right end of a part."""
    import numpy as np

    height, width = own.shape
    by = max(round(TIP * width), 1)
    lines: list[_Line] = []
    for begin, end in product(_runs_in(own[:, :by]), _runs_in(own[:, width - by :])):
        thick = max(begin[1] - begin[0], end[1] - end[0])
        if thick > WIDE * max(own.shape):
            continue
        rows = [(each[0] + each[1] - 1) / 2 for each in (begin, end)]
        columns = np.arange(width, dtype=np.float64)
        middle = np.asarray(np.interp(columns, [by / 2, width - by / 2], rows), np.float64)
        if _covered(own, middle, max(STRAIGHT * thick, 1.5)) < COVERED * width:
            continue
        away = np.asarray(np.arange(height)[:, None] - middle, np.float64)
        half = thick / 2 + 1 + EDGE * max(own.shape)
        lines.append(_Line(away, half, own & (np.abs(away) <= half)))
    return lines


def _covered(own: NDArray[np.bool_], middle: NDArray[np.float64], reach: float) -> int:
    """Return how many columns have ink within *reach* rows of a row in each, float64 [w]."""
    import numpy as np

    columns = np.arange(own.shape[1], dtype=np.int64)
    rows = np.floor(middle - reach).astype(np.int64)[:, None] + np.arange(int(2 * reach) + 3, dtype=np.int64)
    within = (rows >= 0) & (rows < own.shape[0]) & (np.abs(rows - middle[:, None]) <= reach)
    return int(np.count_nonzero((own[np.clip(rows, 0, own.shape[0] - 1), columns[:, None]] & within).any(axis=1)))


def _runs_in(end: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and last row, exclusive, of each run of ink at the end of a part; none if there are many."""
    import numpy as np

    inked = np.zeros(len(end) + 2, np.bool_)
    inked[1:-1] = end.any(axis=1)
    steps = np.flatnonzero(inked[1:] != inked[:-1]).tolist()
    return list(zip(steps[::2], steps[1::2], strict=True)) if len(steps) <= 2 * MOST else []


def _rest_between(own: NDArray[np.bool_], lines: list[_Line], past: float) -> NDArray[np.bool_] | None:
    """Return a part without its lines; None if they are all there is, or do not reach past it on both sides.

    Args:
        own: bool, shape [h, w]: the part.
        lines: in it.
        past: of the longer side: how far they must reach past it.
    """
    import numpy as np

    if not lines:
        return None
    rest = _without_crumbs(own & ~np.any([line.band for line in lines], axis=0))
    columns, least = np.flatnonzero(rest.any(axis=0)), past * max(own.shape)
    if np.count_nonzero(rest) < LEAST * np.count_nonzero(own) or not len(columns):
        return None
    return rest if columns[0] >= least and own.shape[1] - columns[-1] - 1 >= least else None


def _is_even(line: _Line, rest: NDArray[np.bool_]) -> bool:
    """Return whether a line is straight and everywhere as wide, as the base of a 2 hardly ever is."""
    import numpy as np

    free = line.band & ~dilated(rest, 9, 9).any(axis=0)
    width = np.count_nonzero(free, axis=0)
    columns = np.flatnonzero(width)
    if len(columns) < SMALLEST / 4:
        return False
    middle = np.where(free, line.away, 0).sum(axis=0)[columns] / width[columns]
    even = float(width[columns].std()) <= UNEVEN * float(width[columns].mean())
    return even and float(middle.std()) <= WAVY * max(rest.shape)


def _share_below(rest: NDArray[np.bool_], line: _Line) -> float:
    import numpy as np

    return np.count_nonzero(rest & (line.away > 0)) / np.count_nonzero(rest)


def _without_crumbs(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the parts that are no remains of a line's edge."""
    import numpy as np

    labels, table = connected_components(mask)
    large = table[:, 4] >= CRUMB * np.count_nonzero(mask)
    large[0] = False
    return np.take(large, labels)


def _beside(own: NDArray[np.bool_], away: NDArray[np.float64], half: float) -> NDArray[np.bool_]:
    """Return the columns with ink just beyond a line, on the side where *away* is positive, bool [w]."""
    import numpy as np

    return np.asarray((own & (away > half) & (away <= half + 2)).any(axis=0), np.bool_)


def _box(
    own: NDArray[np.bool_], ink: NDArray[np.bool_], ends: tuple[bool, bool, bool, bool]
) -> NDArray[np.bool_] | None:
    """Return the lines of a box around a digit, all four or those that the picture's border leaves; None without one.

    Args:
        own: bool, shape [h, w]: a part, cut to its bounding box.
        ink: bool, shape [h, w]: all ink in that box.
        ends: whether the part reaches the picture's border above, below, left and right.
    """
    import numpy as np

    if np.count_nonzero(own) > HOLLOW * own.size:
        return None
    views = own, own[::-1], own.T, own.T[::-1]
    lines, present = np.zeros_like(own), list[bool]()
    for view, line, end in zip(views, (lines, lines[::-1], lines.T, lines.T[::-1]), ends, strict=True):
        side = _side(view)
        present.append(bool(side.any()))
        if not (present[-1] or end):
            return None
        line[: len(side)] |= side
    if not (any(present[:2]) and any(present[2:])):
        return None
    inked = np.flatnonzero(_without_crumbs(ink & ~lines).any(axis=1))
    if not len(inked) or inked[-1] - inked[0] < HELD * len(own):
        return None
    return lines


def _side(own: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the line along the upper side of a part, bool [rows, w] of its first rows; all False if there is none."""
    import cv2
    import numpy as np

    height, width = own.shape
    by = max(round(RIM * height), 2)
    near = np.ascontiguousarray(own[: by + 1])  # a row more, for the dilation
    broad = np.asarray(cv2.dilate(near.view(np.uint8), np.ones((3, 1), np.uint8)), np.uint8)
    runs = cv2.morphologyEx(broad, cv2.MORPH_OPEN, np.ones((1, max(round(RUN * width), 3)), np.uint8))
    rim = near[:by]
    line = _outermost(rim)
    along = line & np.asarray(runs, np.bool_)[:by] & rim
    columns = np.flatnonzero(along.any(axis=0))
    if len(columns) >= RUN * width:
        thick = quantile(line[:, columns].sum(axis=0, dtype=np.float32), 0.5)
        if thick <= max(THIN * max(own.shape), THINNEST):
            return dilated(along, 3, 1) & rim
    return np.zeros_like(rim)


def _outermost(rim: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the first run of ink in each column, from above, bool [h, w]."""
    import numpy as np

    begun = np.maximum.accumulate(rim, axis=0)
    return begun & ~np.maximum.accumulate(begun & ~rim, axis=0)
