"""Rectangles on a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

__all__ = ["Box", "hull"]


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
