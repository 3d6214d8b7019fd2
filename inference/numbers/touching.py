"""Split digits that touch, only with evidence: cut them apart in many ways, and ask the model what it reads."""

from __future__ import annotations

import math
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

    Mask = NDArray[np.bool_]

__all__ = [
    "DOUBT",
    "PAIR",
    "TOUCHING",
    "UNCUT",
    "WIDE",
    "Cut",
    "Whole",
    "best_cut",
    "may_touch",
    "read_cuts",
    "split",
]

TOUCHING = "two digits touch"
WIDE = 0.6  # least width over height of what may be two digits
LOWEST = 0.6  # of the whole's height: least height of either side; 94 % of right cuts have more, of others a third
DOUBT = 2.0  # a digit that is answered with more evidence than this is one digit
# Fitted by logistic regression on 571 touching pairs and 117 broad digits of learning/synthetic/drawn_pages.py, read by
# a SteadyReader; `python -m tests.benchmarks.reading.touching` fits them again, as another model may need. Evidence
# counts in units of Decisions.unit, lengths in heights of the whole.
EVIDENCE, LEAD, SMALLER, NONE = 1.33, 1.82, 6.5, 7.0  # that both sides of a cut are read right
RIVAL = 0.5  # evidence of the strongest cut that is read otherwise, if there is none
ONE, TWO, BROAD, LONE = 3.9, 0.33, 2.8, 2.3  # that a shape is two digits
UNCUT = -8.0  # least log-odds of a cut; those of a shape without a cut that leaves two answered digits
SPLIT, PAIR, DOUBTED = 3.75, 0.0, -2.5  # least log-odds of a cut that is made; of two digits; of what is unsure
APART = 0.8  # log-odds less for each e-fold of digits on the page that surely stand apart: who writes so, writes on so

Read = Callable[[list[Shape]], list[PlacedDigit]]


@dataclass(frozen=True)
class Whole:
    """A shape that may be two digits.

    Attributes:
        shape: its ink.
        placed: what it is read as.
        evidence: for that, in units of Decisions.unit.
        apart: number of other shapes of the page that are surely one digit.
    """

    shape: Shape
    placed: PlacedDigit
    evidence: float
    apart: int


def may_touch(shapes: list[Shape], placed: list[PlacedDigit], reader: PictureReader) -> list[Whole | None]:
    """Return the shapes that may be two digits that touch, wide ones with little evidence for one; None for others."""
    import numpy as np

    boxes = [each.box for each in placed]
    least = LOWEST * float(np.median([box.height for box in boxes] or [0]))
    wide = [i for i, box in enumerate(boxes) if box.width >= WIDE * box.height and box.height >= least]
    images = {i: found.reading.image for i in wide if (found := placed[i].answer) and found.reading}
    wholes: list[Whole | None] = [None] * len(placed)
    if images:
        decisions = reader.read(np.stack(list(images.values())))
        for i, evidence in zip(images, (decisions.evidence / decisions.unit).tolist(), strict=True):
            found = placed[i].answer
            if evidence < DOUBT or (found and found.digit is None):
                wholes[i] = Whole(shapes[i], placed[i], evidence, 0)
    apart = wholes.count(None)
    return [each and replace(each, apart=apart) for each in wholes]


def split(whole: Whole, relief: NDArray[np.float32], reader: PictureReader, read: Read) -> list[PlacedDigit]:
    """Return the two digits of a shape, from left to right, if a cut leaves two that are likely right.

    Otherwise return the whole: unsure if it may be two digits, as it was read if not.

    Args:
        whole: ink that may be two digits.
        relief: float32, shape [h, w]: contrast of the page's ink with its paper, 0 to 255.
        reader: the model.
        read: reads shapes.
    """
    cut = best_cut(read_cuts(whole.shape, relief, reader))
    odds = cut.odds if cut else UNCUT
    box = whole.shape.box
    pair = -ONE * whole.evidence + TWO * odds + BROAD * box.width / box.height + LONE - APART * math.log1p(whole.apart)
    if pair < DOUBTED:
        return [whole.placed]
    placed = read(list(cut.halves)) if cut and odds >= SPLIT and pair >= PAIR else []
    if placed and all(each.answer and each.answer.digit for each in placed):
        return placed
    found = whole.placed.answer
    return [replace(whole.placed, answer=found and replace(found, decision="unsure", reason=TOUCHING))]


@dataclass(frozen=True)
class Cut:
    """A cut that leaves two answered digits.

    Attributes:
        halves: both sides, from left to right.
        text: what they are read as.
        evidence: for both together, in units of Decisions.unit.
        smaller: the smaller side's share of the ink.
        lead: of the strongest cut that is read the same over the strongest of all that are read otherwise, in evidence.
    """

    halves: tuple[Shape, Shape]
    text: tuple[int, int]
    evidence: float
    smaller: float
    lead: float

    @property
    def odds(self) -> float:
        """The log-odds that both sides are read right."""
        return max(EVIDENCE * self.evidence + LEAD * self.lead + SMALLER * self.smaller - NONE, UNCUT)


def best_cut(cuts: list[Cut]) -> Cut | None:
    """Return the likeliest of the cuts that are read as the strongest is; None without cuts."""
    strongest = max(cuts, key=lambda each: each.evidence, default=None)
    alike = [each for each in cuts if strongest and each.text == strongest.text]
    return max(alike, key=lambda each: each.odds, default=None)


def read_cuts(shape: Shape, relief: NDArray[np.float32], reader: PictureReader) -> list[Cut]:
    """Return the cuts of a shape that leave two answered digits.

    Args:
        shape: ink that may be two digits.
        relief: float32, shape [h, w]: contrast of the page's ink with its paper, 0 to 255.
        reader: the model.
    """
    import numpy as np

    cuts = _cuts_of(shape)
    if not cuts:
        return []
    found = reader.read(np.stack([draw_small(cut_out(relief, half)) for cut in cuts for half in cut]))
    evidence = (found.evidence / found.unit).reshape(-1, 2).sum(axis=1).tolist()
    read = [(int(left), int(right)) for left, right in found.read.reshape(-1, 2)]
    answered = np.flatnonzero(~found.refused.reshape(-1, 2).any(axis=1)).tolist()
    own = {read[i]: max(evidence[j] for j in answered if read[j] == read[i]) for i in answered}
    rivals = {text: max((e for t, e in zip(read, evidence, strict=True) if t != text), default=RIVAL) for text in own}
    return [Cut(cuts[i], read[i], evidence[i], _smaller(cuts[i]), own[read[i]] - rivals[read[i]]) for i in answered]


def _smaller(halves: tuple[Shape, Shape]) -> float:
    """Return the smaller side's share of the ink of a shape that is cut."""
    inks = [int(half.own.sum()) for half in halves]
    return min(inks) / sum(inks)


def _cuts_of(shape: Shape) -> list[tuple[Shape, Shape]]:
    """Return the two sides, from left to right, of each cut of a shape: digits of one number are about as high."""
    cuts = [_halves(shape, pair) for pair in find_seams(shape.own)]
    return [cut for cut in cuts if min(half.box.height for half in cut) >= LOWEST * shape.box.height]


def _halves(shape: Shape, pair: tuple[Mask, Mask]) -> tuple[Shape, Shape]:
    """Return the two sides of a cut, each without the other."""
    import cv2
    import numpy as np

    halves: list[Shape] = []
    for own, other in (pair, pair[::-1]):
        left, top, width, height = cv2.boundingRect(own.astype(np.uint8))
        rows, columns = slice(top, top + height), slice(left, left + width)
        box = Box(shape.box.left + left, shape.box.top + top, width, height)
        halves.append(Shape(box, own[rows, columns], (other | shape.other)[rows, columns]))
    return halves[0], halves[1]
