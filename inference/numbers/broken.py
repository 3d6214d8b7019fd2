"""Join the pieces of a broken digit: one is no digit alone, but they are together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, product

from inference.numbers.boxes import gap, hull
from inference.numbers.cut_out import Shape, shape_of
from inference.numbers.groups import Group, Groups
from inference.numbers.page_answer import PlacedDigit

__all__ = ["join_pieces"]

# Chosen on the pages of learning/synthetic/drawn_pages.py. Lengths are shares of a digit's usual height.
NEAR = 0.2  # largest gap between two pieces
FAR = 0.55  # from a digit to its flag, as in inference/page/digit_parts.py
HIGHEST = 1.35  # no digit is higher
PIECE = 0.8  # of the height of both: the lower one is less high

Read = Callable[[list[Shape]], list[PlacedDigit]]


def join_pieces(groups: Groups, placed: list[PlacedDigit], read: Read) -> list[tuple[Shape, PlacedDigit]]:
    """Return the digits of a page, each with its ink; pieces that are answered only together are one.

    What is unsure without a stroke some way off, which is no digit, is unsure with it or answered: they are one.

    Args:
        groups: the digits and pieces of digits.
        placed: what each is read as.
        read: reads shapes.
    """
    pairs = list(_pairs(groups, placed))
    shapes = [shape_of(groups.labels, hull(g.box for g in pair), pair[0].parts + pair[1].parts) for pair in pairs]
    joined: list[tuple[Shape, PlacedDigit]] = []
    gone: set[Group] = set()
    for pair, shape, both in zip(pairs, shapes, read(shapes), strict=True):
        if (both.answered or pair[1] in groups.strokes) and not gone & set(pair):
            joined.append((shape, both))
            gone |= set(pair)
    alone = zip(groups.groups, placed, strict=True)
    return [(shape_of(groups.labels, each.box, each.parts), one) for each, one in alone if each not in gone] + joined


def _pairs(groups: Groups, placed: list[PlacedDigit]) -> Iterator[tuple[Group, Group]]:
    """Yield two groups each that may be the pieces of one digit: near each other, and one of them not answered.

    The flag of a hasty 5 is farther off, and no digit.
    """
    for (one, first), (other, second) in combinations(zip(groups.groups, placed, strict=True), 2):
        if (first.answered and second.answered) or gap(one.box, other.box) > NEAR * groups.height:
            continue
        both = hull((one.box, other.box))
        lower = min(one.box.height, other.box.height)
        if both.height <= HIGHEST * groups.height and lower < PIECE * both.height:
            yield one, other
    unsure = [one for one, found in zip(groups.groups, placed, strict=True) if not found.answered]
    for one, stroke in product(unsure, groups.strokes):
        both = hull((one.box, stroke.box))
        if gap(one.box, stroke.box) <= FAR * groups.height and both.height <= HIGHEST * groups.height:
            yield one, stroke
