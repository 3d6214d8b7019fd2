"""Rectangles on a page, and their reading order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

__all__ = ["Box", "gap", "hull", "in_lines"]

# Chosen by eye on the pages of learning/synthetic/drawn_pages.py.
LEVEL = 0.6  # of the usual height: largest step from a digit to the next on its line
RECENT = 3  # digits of a line whose mean row the next one is compared with: a line may slope


class Box(NamedTuple):
    """A rectangle of pixels: the place of its left upper corner, and its size."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column right of it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + self.height

    @property
    def middle(self) -> tuple[float, float]:
        """The column and the row of its centre."""
        return self.left + self.width / 2, self.top + self.height / 2

    def holds(self, other: Box) -> bool:
        """Return whether the centre of *other* lies inside."""
        x, y = other.middle
        return self.left <= x < self.right and self.top <= y < self.bottom


def hull(boxes: Iterable[Box]) -> Box:
    """Return the smallest rectangle around rectangles, at least one."""
    every = list(boxes)
    left, top = min(each.left for each in every), min(each.top for each in every)
    return Box(left, top, max(each.right for each in every) - left, max(each.bottom for each in every) - top)


def gap(one: Box, other: Box) -> float:
    """Return the distance of two boxes in pixels; 0 if they overlap."""
    across = max(one.left - other.right, other.left - one.right, 0)
    down = max(one.top - other.bottom, other.top - one.bottom, 0)
    return float((across**2 + down**2) ** 0.5)


def in_lines(boxes: Sequence[Box], height: float) -> list[list[int]]:
    """Return the positions of boxes, line by line from top to bottom, each from left to right.

    Args:
        boxes: of the digits, in any order.
        height: usual height of a digit, in pixels.
    """
    lines: list[list[int]] = []
    for i in sorted(range(len(boxes)), key=lambda each: boxes[each].middle[0]):
        row = boxes[i].middle[1]
        steps = [abs(_row(line[-RECENT:], boxes) - row) for line in lines]
        nearest = min(range(len(lines)), key=steps.__getitem__, default=None)
        if nearest is not None and steps[nearest] <= LEVEL * height:
            lines[nearest].append(i)
        else:
            lines.append([i])
    return sorted(lines, key=lambda line: _row(line, boxes))


def _row(line: Sequence[int], boxes: Sequence[Box]) -> float:
    return sum(boxes[i].middle[1] for i in line) / len(line)
