"""Find the printed lines of a form, such as boxes, combs and grids, and take them away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from inference.numbers.boxes import Box
from inference.paper.ruled_lines import Lines, bridge_lines
from inference.pixels.connected_components import connected_components, dilated, longest_outline
from inference.pixels.quantile import quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Form", "erase_form", "find_form", "near_lines"]

# Chosen by eye on the forms of learning/synthetic/drawn_pages.py.
THIN = 0.55  # largest share of its bounding box that the lines of a form fill
RECTANGLE = 0.86  # least share of its smallest rotated rectangle that a cell fills
SMALLEST = 12  # pixels: least shorter side of a cell
HOLLOW = 0.8  # largest share of its bounding box that a box and the digit in it fill
INSIDE = 0.25  # of a cell's shorter side: least length of the ink in it
MANY = 3  # cells without ink that make a form: a digit has two loops at most
WHOLE = 1.25  # times the shorter side of a cell: at least the usual one; less is a part of a cell
ALIKE = 1.5  # largest ratio of the sides of two cells of one form
RUN = 0.95  # of a cell's shorter side: least length of a line
BASE = 0.9  # of a comb's width: least length of its line
OPEN = 1.5  # times the height of its teeth: least width of a comb
SHORTEST = 6  # pixels: least height of the teeth at both ends of a comb
STRONGER = 1.6  # times the strength of the lines: ink
LONGER = 1.1  # times the rows and columns that strong lines reach into: least of faint ones
CORNER = 9  # pixels: a line may end so much before its corner
TOOTH, SLIM = 1.3, 0.12  # of the teeth at its ends: largest height of a tooth; of a comb's width: its largest width
RIM = 0.12  # of a single box's shorter side: its lines lie this near to its outline
INNER = 0.2  # of a box's shorter side: ink this far inside is no line of it
BROAD, BROADEST = 0.3, 9  # of a line's length, and pixels: what is as broad is no line
CORE = 0.6  # of the strongest contrast beside it: the middle of a line, without its soft edges
DRIFT = 0.05  # of a line's length: how far it may rise or fall


@dataclass(frozen=True)
class Form:
    """The printed lines of a form.

    Attributes:
        horizontal: bool, shape [h, w]: the nearly horizontal lines.
        vertical: bool, shape [h, w]: the nearly vertical lines.
        cells: the closed boxes.
    """

    horizontal: NDArray[np.bool_]
    vertical: NDArray[np.bool_]
    cells: tuple[Box, ...]


def find_form(relief: NDArray[np.float32], masks: Iterable[NDArray[np.bool_]]) -> Form | None:
    """Find the boxes, combs and grids of a page and their lines; None if there are none.

    Args:
        relief: float32, shape [h, w]: contrast of each pixel with the paper.
        masks: bool, shape [h, w] each: ink, from what is certain, which keeps digits apart from lines beside them, to
            the faintest; a fainter one is preferred if more of the form is in it.
    """
    form: Form | None = None
    for mask in masks:
        other = _find(mask)
        if form is None or (other and _shows_more(other, form)):
            form = other
    return form and _without_ink(form, relief)


def _shows_more(one: Form, other: Form) -> bool:
    """Return whether a form has more boxes than another, or its lines reach farther."""
    return len(one.cells) > len(other.cells) or _reach(one) > LONGER * _reach(other)


def _without_ink(form: Form, relief: NDArray[np.float32]) -> Form:
    """Return a form without what is much stronger than its lines: strokes as straight as they are."""
    import cv2
    import numpy as np

    lines = form.horizontal | form.vertical
    smooth = np.asarray(cv2.blur(relief, (3, 3)), np.float32)
    ridge = np.asarray(cv2.dilate(smooth, np.ones((3, 3), np.uint8)), np.float32)
    line = ~dilated(smooth > STRONGER * quantile(ridge[lines], 0.6), 5, 5)
    return replace(form, horizontal=form.horizontal & line, vertical=form.vertical & line)


def _reach(form: Form) -> int:
    """Return how many columns and rows the lines of a form reach into."""
    import numpy as np

    lines = form.horizontal | form.vertical
    return int(np.count_nonzero(lines.any(axis=0)) + np.count_nonzero(lines.any(axis=1)))


def _find(mask: NDArray[np.bool_]) -> Form | None:
    """Find the boxes, combs and grids among the ink, bool [h, w]; None if there are none."""
    import numpy as np

    labels, table = connected_components(mask)
    thin = (table[:, 4] <= THIN * table[:, 2] * table[:, 3]) & (table[:, 2:4].max(axis=1) >= SMALLEST)
    thin[0] = False
    inside: dict[int, list[Box]] = {int(i): _cells(int(i), labels, table) for i in np.flatnonzero(thin)}
    held = [(i, cell) for i, cells in inside.items() for cell in cells if _holds_ink(cell, i, labels)]
    forms = {i for i, _ in held} | {i for i, cells in inside.items() if len(cells) >= MANY}
    sides = [min(cell.width, cell.height) for i in forms for cell in inside[i]]
    boxes = _boxes(labels, table, forms)
    if not sides and (len(boxes) > 1 or any(_is_inked(i, labels, table) for i in boxes)):
        sides = list(boxes.values())
    usual = float(np.median(sides)) if sides else 0.0
    alike = {i for i, side in boxes.items() if 1 / ALIKE <= side / max(usual, 1) <= ALIKE}
    found = np.zeros_like(mask), np.zeros_like(mask)
    for i in forms | alike:
        own = [min(cell.width, cell.height) for cell in inside[i]] if i in forms else []
        side = max(float(np.median(own)), usual / ALIKE) if own else usual
        _add_lines(i, labels, table, RUN * side, found)
    places = [box for i in set(inside) - forms - alike for box in _add_comb(i, labels, table, found)]
    if not (found[0].any() or found[1].any()):
        return None
    every = {i: inside.get(i) or _own_cell(i, labels, table) for i in forms | alike}
    cells = [cell for own in every.values() for cell in own if WHOLE * min(cell.width, cell.height) >= usual]
    return Form(*found, (*cells, *places))


def erase_form(relief: NDArray[np.float32], form: Form, strength: float) -> NDArray[np.float32]:
    """Return the contrast without the lines of a form, float32 [h, w]; strokes across a line are bridged."""
    import cv2
    import numpy as np

    lines = Lines(dilated(form.horizontal, 3, 1), dilated(form.vertical, 1, 3), dark=True, strength=strength)
    soft = relief < CORE * np.asarray(cv2.dilate(relief, np.ones((3, 3), np.uint8)), np.float32)
    bare = bridge_lines(relief, lines, soft)  # of a hairline, most pixels are its soft edges
    return np.where(dilated(form.horizontal | form.vertical, 3, 3), np.minimum(bare, relief), bare).astype(np.float32)


def near_lines(form: Form) -> NDArray[np.bool_]:
    """Return what lies on or beside the lines of a form, bool [h, w]: ink mostly there is what is left of them."""
    return dilated(form.horizontal | form.vertical, 7, 7)


def _cells(part: int, labels: NDArray[np.int32], table: NDArray[np.int32]) -> list[Box]:
    """Return the rectangular holes of a part."""
    import cv2
    import numpy as np

    left, top, width, height = map(int, table[part, :4])
    mask = (labels[top : top + height, left : left + width] == part).astype(np.uint8)
    find = cast("Any", cv2.findContours)  # its stub knows no hierarchy
    contours, levels = find(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE, offset=(left, top))
    cells: list[Box] = []
    for contour, level in zip(contours, levels[0].tolist(), strict=True):
        if level[3] < 0 or len(contour) < 4:  # noqa: PLR2004  (an outer contour, or no area)
            continue
        sides = cv2.minAreaRect(contour)[1]
        if min(sides) >= SMALLEST and cv2.contourArea(contour) >= RECTANGLE * sides[0] * sides[1]:
            x, y, wide, high = cv2.boundingRect(contour)
            cells.append(Box(x, y, wide, high))
    largest = max((min(cell.width, cell.height) for cell in cells), default=0)
    return [cell for cell in cells if ALIKE * min(cell.width, cell.height) >= largest]


def _holds_ink(cell: Box, part: int, labels: NDArray[np.int32]) -> bool:
    import numpy as np

    inner = labels[cell.top : cell.bottom, cell.left : cell.right]
    other = (inner > 0) & (inner != part)
    if not other.any():
        return False
    rows, columns = np.flatnonzero(other.any(axis=1)), np.flatnonzero(other.any(axis=0))
    length = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    return bool(length >= INSIDE * min(cell.width, cell.height))


def _boxes(labels: NDArray[np.int32], table: NDArray[np.int32], forms: set[int]) -> dict[int, int]:
    """Return the parts whose outline is a box, with its shorter side; what is inside may touch it."""
    import cv2
    import numpy as np

    shorter, longer = table[:, 2:4].min(axis=1), table[:, 2:4].max(axis=1)
    square = (shorter >= SMALLEST) & (longer <= ALIKE * shorter) & (table[:, 4] <= HOLLOW * shorter * longer)
    boxes: dict[int, int] = {}
    for i in set(np.flatnonzero(square[1:]) + 1) - forms:
        left, top, width, height = map(int, table[i, :4])
        outline = longest_outline(labels[top : top + height, left : left + width] == i)
        sides = cv2.minAreaRect(outline)[1]
        if cv2.contourArea(outline) >= RECTANGLE * sides[0] * sides[1]:
            boxes[int(i)] = min(width, height)
    return boxes


def _is_inked(part: int, labels: NDArray[np.int32], table: NDArray[np.int32]) -> bool:
    """Return whether there is a stroke inside a box, off its lines."""
    import numpy as np

    left, top, width, height = map(int, table[part, :4])
    by = round(INNER * min(width, height))
    inner = labels[top + by : top + height - by, left + by : left + width - by] == part
    return bool(np.count_nonzero(inner.any(axis=1)) >= INSIDE * height)


def _own_cell(part: int, labels: NDArray[np.int32], table: NDArray[np.int32]) -> list[Box]:
    """Return a box as its own cell if there is a stroke in it, which touches it."""
    return [Box(*map(int, table[part, :4]))] if _is_inked(part, labels, table) else []


def _add_lines(
    part: int,
    labels: NDArray[np.int32],
    table: NDArray[np.int32],
    least: float,
    found: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> None:
    """Add the straight runs of a part that are *least* pixels long or longer to the lines found."""
    import numpy as np

    left, top, width, height = map(int, table[part, :4])
    box = slice(top, top + height), slice(left, left + width)
    mask = labels[box] == part
    rim = np.ones_like(mask)
    if max(width, height) < 2 * least:  # a single box: a digit that touches it lies inside
        by = round(RIM * min(width, height))
        rim[by : height - by, by : width - by] = False
    found[0][box] |= _runs(mask, least) & rim
    found[1][box] |= _runs(np.ascontiguousarray(mask.T), least).T & rim


def _add_comb(
    part: int, labels: NDArray[np.int32], table: NDArray[np.int32], found: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> list[Box]:
    """Add the long line of a comb and its teeth to the lines found; digits that touch it are broader or higher.

    Returns:
        The places between its teeth.
    """
    import numpy as np

    left, top, width, height = map(int, table[part, :4])
    box = slice(top, top + height), slice(left, left + width)
    mask = labels[box] == part
    runs = _runs(mask, BASE * width)
    if not runs.any() or not (line := _level(runs)).any():
        return []
    base = int(np.flatnonzero(line.any(axis=1))[-1])
    rest, parts = connected_components(mask & ~dilated(line, 3, CORNER))
    above, slim = parts[:, 1] + parts[:, 3] <= base + 1, parts[:, 2] <= SLIM * width
    at_left, at_right = parts[:, 0] <= CORNER, parts[:, 0] + parts[:, 2] >= width - CORNER
    ends = [parts[above & slim & at_end, 3].max(initial=0) for at_end in (at_left, at_right)]
    if min(ends) < SHORTEST or max(ends) > ALIKE * min(ends) or width < OPEN * max(ends):
        return []
    teeth = above & slim & (parts[:, 3] <= TOOTH * max(ends))
    teeth[0] = False
    found[0][box] |= line
    found[1][box] |= teeth[rest]
    return _places(parts[teeth] + (left, top, 0, 0, 0), top + base)


def _places(teeth: NDArray[np.int32], base: int) -> list[Box]:
    """Return the places between neighbouring teeth of a comb, squares above its line; none where a tooth is missing.

    There are none between two teeth alone: that may be a bracket around a number.

    Args:
        teeth: int32, shape [teeth, 5]: left, top, width, height and area of each.
        base: the row of the line.
    """
    import numpy as np

    ordered = teeth[np.argsort(teeth[:, 0])]
    begin, end = (ordered[:-1, 0] + ordered[:-1, 2]).tolist(), ordered[1:, 0].tolist()
    widths = [right - left for left, right in zip(begin, end, strict=True)]
    usual = float(np.median(widths))
    places = [Box(*each) for each in zip(begin, [base - wide for wide in widths], widths, widths, strict=True)]
    alike = [each for each in places if each.width >= SMALLEST and usual / ALIKE <= each.width <= ALIKE * usual]
    return alike if len(places) > 1 else []


def _level(line: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return nearly horizontal runs without the feet of what stands on them, bool [h, w]."""
    import cv2
    import numpy as np

    wide = np.pad(line.view(np.uint8), ((0, 0), (CORNER, CORNER)))  # else what stands at an end would count as longer
    level = np.asarray(cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones((1, CORNER), np.uint8)), np.uint8)
    return level[:, CORNER:-CORNER].view(np.bool_)


def _runs(mask: NDArray[np.bool_], least: float) -> NDArray[np.bool_]:
    """Return the pixels of nearly horizontal runs, bool [h, w]."""
    import cv2
    import numpy as np

    drift = max(round(DRIFT * least) | 1, 3)
    thick = np.asarray(cv2.dilate(mask.view(np.uint8), np.ones((drift, 1), np.uint8)), np.uint8)
    runs = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, max(round(least), 3)), np.uint8))
    broad = max(round(BROAD * least), BROADEST)
    blots = cv2.morphologyEx(mask.view(np.uint8), cv2.MORPH_OPEN, np.ones((broad, broad), np.uint8))
    return np.asarray(runs, np.bool_) & mask & ~np.asarray(blots, np.bool_)
