"""Group the ink of a page into digits: most are one stroke, some have a loose bar or a gap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

from inference.numbers.boxes import Box, gap, hull
from inference.page.marks import find_frames, find_underlines
from inference.pixels.connected_components import connected_components

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Group", "Groups", "find_groups", "join_in_cells", "usual_height"]

# Chosen by eye on the pages of learning/synthetic/drawn_pages.py. Lengths are shares of a digit's usual height.
DUST = 0.1  # a shorter part is dust
WHOLE = 0.5  # a part this long may be a digit; a shorter one belongs to the nearest digit or is dropped
STROKE = 0.3  # a part this long may be a stroke of a digit some way off, as in inference/page/digit_parts.py
FLAT = 0.35  # a part that is lower is a bar or a dash
LOOSE, BESIDE = 0.25, 0.1  # largest gap between a digit and its loose part; if it is not above or below the digit
SHARED, OVER = 0.45, 0.2  # of the narrower width: columns that two parts of one digit share at least; a small part
TALL, HIGHEST = 0.75, 1.35  # two parts this tall are two digits; no digit is higher
LONG = 1.6  # a flat part this wide is a line
THIN, LARGE = 0.2, 1.8  # of its bounding box: a part that fills no more and is this long is a drawing, not a digit
EDGE = 2.5  # a part this long at the picture's border is the edge of the paper


@dataclass(frozen=True)
class Group:
    """The parts that form one digit.

    Attributes:
        box: around them.
        parts: their numbers.
    """

    box: Box
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Groups:
    """The digits of a page.

    Attributes:
        labels: int32, shape [h, w]: the part of each pixel, 0 for paper.
        groups: the digits, in no order.
        height: usual height of a digit, in pixels; 0.0 without ink.
        strokes: what is left out, but may belong to a digit some way off: the flag of a hasty 5.
    """

    labels: NDArray[np.int32]
    groups: tuple[Group, ...]
    height: float
    strokes: tuple[Group, ...] = ()


def find_groups(mask: NDArray[np.bool_], slivers: NDArray[np.bool_] | None = None) -> Groups:
    """Group ink into digits; dust, dashes, frames, underlines and the edges of the paper are left out.

    Args:
        mask: bool, shape [h, w]: the ink.
        slivers: bool, shape [h, w]: ink that is left of printed lines.
    """
    import numpy as np

    labels, table = connected_components(mask)
    gone = find_frames(labels, table) | find_underlines(table)
    gone[0] = True
    if slivers is not None:
        gone |= np.bincount(labels[slivers], minlength=len(table)) * 2 > table[:, 4]
    height = usual_height(table[~gone])
    gone |= _are_edges(table, height, mask.shape) | (table[:, 2:4].max(axis=1) < DUST * height)
    gone |= (table[:, 4] <= THIN * table[:, 2] * table[:, 3]) & (table[:, 2:4].max(axis=1) > LARGE * height)
    gone |= (table[:, 3] <= FLAT * height) & (table[:, 2] >= LONG * height)
    boxes = {int(i): Box(*map(int, table[i, :4])) for i in np.flatnonzero(~gone)}
    whole = [i for i, box in boxes.items() if max(box[2:]) >= WHOLE * height and box.height > FLAT * height]
    groups = _join([Group(boxes[i], (i,)) for i in whole], height)
    loose = [each for i in boxes if i not in whole and (each := _attach(Group(boxes[i], (i,)), groups, height))]
    gathered = _gather(loose, height)
    used = {part for each in gathered for part in each.parts}
    strokes = [each for each in loose if max(each.box[2:]) >= STROKE * height and not used & set(each.parts)]
    return Groups(labels, (*groups, *gathered), height, tuple(strokes))


def join_in_cells(groups: Groups, cells: Iterable[Box]) -> Groups:
    """Join the groups in each box of a form to one digit, unless two are as high as a digit.

    Args:
        groups: the digits of a page.
        cells: the boxes of its form.
    """
    left = list(groups.groups)
    for cell in cells:
        own = [each for each in left if cell.holds(each.box)]
        if len(own) > 1 and sorted(each.box.height for each in own)[-2] < TALL * hull(each.box for each in own).height:
            left = [each for each in left if each not in own] + [reduce(_union, own)]
    return replace(groups, groups=tuple(left))


def usual_height(table: NDArray[np.int32]) -> float:
    """Return the median height of parts, each pixel of ink counted; 0.0 without any.

    Args:
        table: int32, shape [parts, 5]: left, top, width, height and area of each.
    """
    import numpy as np

    heights, areas = table[:, 3], table[:, 4]
    if not len(heights):
        return 0.0
    order = np.argsort(heights)
    return float(heights[order][np.searchsorted(np.cumsum(areas[order]), areas.sum() / 2)])


def _are_edges(table: NDArray[np.int32], height: float, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    import numpy as np

    begin, end = table[:, :2], table[:, :2] + table[:, 2:4]
    at_border = (begin <= 1).any(axis=1) | (end >= np.array(shape[::-1]) - 1).any(axis=1)
    return np.asarray(at_border & (table[:, 2:4].max(axis=1) > EDGE * height), np.bool_)


def _join(groups: list[Group], height: float) -> list[Group]:
    """Join parts that stand one above the other: the bar and the body of a 5."""
    joined: list[Group] = []
    for each in sorted(groups, key=lambda group: -group.box.height):
        at = next((i for i, other in enumerate(joined) if _is_one(each.box, other.box, height)), None)
        if at is None:
            joined.append(each)
        else:
            joined[at] = _union(joined[at], each)
    return joined


def _is_one(lower: Box, taller: Box, height: float) -> bool:
    both = hull((lower, taller))
    fits = both.height <= HIGHEST * max(height, taller.height) and lower.height < TALL * height
    return fits and _shared(lower, taller) >= SHARED and gap(lower, taller) <= LOOSE * height


def _attach(part: Group, groups: list[Group], height: float) -> Group | None:
    """Add a small part to the nearest digit; return it if none is near."""
    nearest = min(range(len(groups)), key=lambda i: gap(part.box, groups[i].box), default=None)
    if nearest is None:
        return part
    box = groups[nearest].box
    reach = LOOSE if _shared(part.box, box) >= OVER else BESIDE
    if gap(part.box, box) > reach * height:
        return part
    groups[nearest] = _union(groups[nearest], part)
    return None


def _gather(loose: list[Group], height: float) -> list[Group]:
    """Join small parts that lie together to the digits that they are the pieces of; drop the others."""
    gathered: list[Group] = []
    for part in loose:
        near = [each for each in gathered if gap(part.box, each.box) <= LOOSE * height]
        gathered = [each for each in gathered if each not in near]
        gathered.append(reduce(_union, near, part))
    return [each for each in gathered if WHOLE * height <= each.box.height <= HIGHEST * height and len(each.parts) > 1]


def _union(one: Group, other: Group) -> Group:
    return Group(hull((one.box, other.box)), (*one.parts, *other.parts))


def _shared(one: Box, other: Box) -> float:
    """Return the columns that two boxes share, as a share of the narrower one's."""
    return (min(one.right, other.right) - max(one.left, other.left)) / min(one.width, other.width)
