"""Split digits that touch, only with evidence: cut them apart in many ways, and ask the model what it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from inference.model.answer import PictureReader
from inference.numbers.boxes import Box
from inference.numbers.cut_out import Shape, cut_out, draw_small
from inference.numbers.page_answer import PlacedDigit
from inference.numbers.seams import find_seams

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["TOUCHING", "WIDE", "Whole", "cuts_of", "may_touch", "measures_of", "split"]

TOUCHING = "two digits touch"
WIDE = 0.6  # least width over height of what may be two digits
LOWEST = (
    0.6  # of the whole's height: least height of either side of a cut; 94 % of right cuts have more, of others a third
)
DOUBT = 2.0  # a digit that is answered with more evidence than this is one digit
# Fitted by logistic regression on 360 touching pairs and 1,800 digits of learning/synthetic/drawn_pages.py, read by a
# SteadyReader; `python -m tests.benchmarks.reading.touching` fits them again, as another model may need. Evidence is in
# units of the least evidence of an answer, lengths in heights or widths of the whole.
EVIDENCE, SMALLER, OVERLAP, NONE = 2.1, 4.5, 3.4, 8.1  # that both sides of a cut are read right
ONE, TWO, BROAD, SINGLE = 4.4, 0.37, 4.2, 2.0  # that a shape is two digits
SPLIT, PAIR = 1.8, -1.5  # least log-odds of a cut that is made, and of two digits

Read = Callable[[list[Shape]], list[PlacedDigit]]


@dataclass(frozen=True)
class Whole:
    """A shape that may be two digits.

    Attributes:
        shape: its ink.
        placed: what it is read as.
        evidence: for that, in units of the least evidence of an answer.
    """

    shape: Shape
    placed: PlacedDigit
    evidence: float


def may_touch(shapes: list[Shape], placed: list[PlacedDigit], reader: PictureReader) -> list[Whole | None]:
    """Return the shapes that may be two digits that touch, wide ones with little evidence for one; None for others."""
    import numpy as np

    wide = [i for i, each in enumerate(placed) if each.box.width >= WIDE * each.box.height]
    images = {i: found.reading.image for i in wide if (found := placed[i].answer) and found.reading}
    wholes: list[Whole | None] = [None] * len(placed)
    if images:
        decisions = reader.read(np.stack(list(images.values())))
        for i, evidence in zip(images, (decisions.evidence / decisions.least).tolist(), strict=True):
            found = placed[i].answer
            if evidence < DOUBT or (found and found.digit is None):
                wholes[i] = Whole(shapes[i], placed[i], evidence)
    return wholes


def split(whole: Whole, relief: NDArray[np.float32], reader: PictureReader, read: Read) -> list[PlacedDigit]:
    """Return the two digits of a shape, from left to right, if a cut leaves two that are likely right.

    Otherwise return the whole: unsure if it may be two digits, as it was read if not.

    Args:
        whole: ink that may be two digits.
        relief: float32, shape [h, w]: contrast of the page's ink with its paper, 0 to 255.
        reader: the model.
        read: reads shapes.
    """
    odds, halves = _best_cut(whole.shape, relief, reader)
    box = whole.shape.box
    pair = -ONE * whole.evidence + TWO * odds + BROAD * box.width / box.height + SINGLE
    if not halves or pair < PAIR:
        return [whole.placed]
    placed = read(halves) if odds >= SPLIT else []
    if placed and all(each.answer and each.answer.digit for each in placed):
        return placed
    found = whole.placed.answer
    return [replace(whole.placed, answer=found and replace(found, decision="unsure", reason=TOUCHING))]


def _best_cut(shape: Shape, relief: NDArray[np.float32], reader: PictureReader) -> tuple[float, list[Shape]]:
    """Return the log-odds of the likeliest cut that leaves two answered digits, and its two sides; none without one."""
    import numpy as np

    cuts = cuts_of(shape)
    if not cuts:
        return -NONE, []
    decisions = reader.read(np.stack([draw_small(cut_out(relief, half)) for cut in cuts for half in cut]))
    likely = [i for i in range(len(cuts)) if not decisions.refused[2 * i : 2 * i + 2].any()]
    evidence = decisions.evidence / decisions.least
    odds = {i: _odds(shape.box, cuts[i], float(evidence[2 * i : 2 * i + 2].sum())) for i in likely}
    best = max(odds, key=odds.__getitem__, default=None)
    return (-NONE, []) if best is None else (odds[best], cuts[best])


def _odds(box: Box, halves: list[Shape], evidence: float) -> float:
    """Return the log-odds that both sides of a cut are read right."""
    smaller, overlap = measures_of(box, halves)
    return EVIDENCE * evidence + SMALLER * smaller - OVERLAP * overlap - NONE


def measures_of(box: Box, halves: list[Shape]) -> tuple[float, float]:
    """Return the smaller side's share of the ink of a shape that is cut, and how far its sides overlap, in widths."""
    left, right = halves
    inks = [int(half.own.sum()) for half in halves]
    return min(inks) / sum(inks), (left.box.right - right.box.left) / box.width


def cuts_of(shape: Shape) -> list[list[Shape]]:
    """Return the two sides, from left to right, of each cut of a shape: digits of one number are about as high."""
    cuts = [_halves(shape, pair) for pair in find_seams(shape.own)]
    return [cut for cut in cuts if min(half.box.height for half in cut) >= LOWEST * shape.box.height]


def _halves(shape: Shape, pair: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> list[Shape]:
    """Return the two sides of a cut, each without the other."""
    import cv2
    import numpy as np

    halves: list[Shape] = []
    for own, other in (pair, pair[::-1]):
        left, top, width, height = cv2.boundingRect(own.astype(np.uint8))
        rows, columns = slice(top, top + height), slice(left, left + width)
        box = Box(shape.box.left + left, shape.box.top + top, width, height)
        halves.append(Shape(box, own[rows, columns], (other | shape.other)[rows, columns]))
    return halves
