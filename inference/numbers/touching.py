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

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

__all__ = [
    "DOUBT",
    "TOUCHING",
    "UNCUT",
    "WIDE",
    "Cut",
    "Whole",
    "best_cut",
    "find_seams",
    "may_touch",
    "read_cuts",
    "split",
]

TOUCHING = "two digits touch"
WIDE = 0.6  # least width over height of what may be two digits
LOWEST = 0.6  # of the whole's height: least height of either side; 94 % of right cuts have more, of others a third
DOUBT = 2.0  # a digit that is answered with more evidence than this is one digit
# Fitted by logistic regression on 350 touching pairs and 1,700 broad digits of learning/synthetic/drawn_pages.py, read
# by a SteadyReader; `python -m tests.benchmarks.reading.touching` fits them again, as another model may need. Evidence
# counts in units of the least evidence of an answer, lengths in heights of the whole.
WEIGHT = 2.0  # of the evidence for both sides of a cut, when the cuts that read the same are weighed against the others
AGREED, EVIDENCE, SMALLER, SURE, NONE = 7.3, 0.8, 2.1, 4.0, 12.0  # that both sides of a cut are read right
ONE, TWO, BROAD, SINGLE = 2.8, 0.26, 3.9, 0.25  # that a shape is two digits
UNCUT = -8.0  # log-odds of a shape without a cut that leaves two answered digits
SPLIT, PAIR, DOUBTED = 2.8, 0.0, -1.5  # least log-odds of a cut that is made; of two digits; of what is unsure
# Paths that cut ink apart. Measured on touching pairs of learning/synthetic/drawn_pages.py.
ROWS = 64  # height to which the ink is reduced
STARTS = (0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85)  # of the height: rows in which the paths start, up and down
FIRST, LAST, APART = 0.12, 0.88, 0.05  # of the width: where they start, and how far apart
MOST = 10  # paths of each row
PAPER, ASIDE = 0.03, 0.02  # cost of a row of paper, and of a step aside, where a row of ink costs 1
SLOPE = 1.4  # times the cost of a pixel: that of a pixel that is reached diagonally
LEAST = 0.1  # of the ink: least share on either side

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
    cut = best_cut(read_cuts(whole.shape, relief, reader))
    odds = cut.odds if cut else UNCUT
    box = whole.shape.box
    pair = -ONE * whole.evidence + TWO * odds + BROAD * box.width / box.height - SINGLE
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
        evidence: for both together, in units of the least evidence of an answer.
        confidence: the lower one of the two.
        smaller: the smaller side's share of the ink.
        agreed: share of the cuts that read the same, those with more evidence counting more.
    """

    halves: tuple[Shape, Shape]
    text: tuple[int, int]
    evidence: float
    confidence: float
    smaller: float
    agreed: float = 1.0

    @property
    def odds(self) -> float:
        """The log-odds that both sides are read right."""
        sides = EVIDENCE * self.evidence + SMALLER * self.smaller + SURE * self.confidence
        return AGREED * self.agreed + sides - NONE


def best_cut(cuts: list[Cut]) -> Cut | None:
    """Return the likeliest of the cuts that most agree with; None without cuts."""
    most = max((each.agreed for each in cuts), default=0.0)
    return max((each for each in cuts if each.agreed == most), key=lambda each: each.odds, default=None)


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
    evidence = (found.evidence / found.least).reshape(-1, 2).sum(axis=1).tolist()
    confidence, refused = found.confidence.reshape(-1, 2).min(axis=1), found.refused.reshape(-1, 2).any(axis=1)
    read = [(int(left), int(right)) for left, right in found.read.reshape(-1, 2)]
    kept = [
        Cut(cuts[i], read[i], evidence[i], float(confidence[i]), _smaller(cuts[i]))
        for i in np.flatnonzero(~refused).tolist()
    ]
    weights = dict.fromkeys((each.text for each in kept), 0.0)
    for each in kept:
        weights[each.text] += math.exp(WEIGHT * each.evidence)
    total = sum(weights.values())
    return [replace(each, agreed=weights[each.text] / total) for each in kept]


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


def find_seams(own: Mask) -> list[tuple[Mask, Mask]]:
    """Return ways to cut ink into a left and a right part, each bool [h, w].

    Args:
        own: bool, shape [h, w]: the ink.
    """
    import cv2
    import numpy as np

    height, width = own.shape
    size = max(round(ROWS * width / height), 3), ROWS
    cost = np.asarray(cv2.resize(own.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32) + PAPER
    rows = (np.arange(height, dtype=np.float64) + 0.5) * ROWS / height - 0.5
    columns = np.arange(width, dtype=np.float64)
    found: dict[bytes, tuple[Mask, Mask]] = {}
    for share in STARTS:
        for path in _paths(cost, round(share * ROWS)):
            at = np.asarray((np.interp(rows, np.arange(ROWS), path) + 0.5) * width / size[0], np.float64)
            left = np.asarray(own & (columns < at[:, None]), np.bool_)
            if LEAST <= np.count_nonzero(left) / np.count_nonzero(own) <= 1 - LEAST:
                found[left.tobytes()] = left, own & ~left
    return list(found.values())


def _paths(cost: NDArray[np.float32], start: int) -> list[NDArray[np.int64]]:
    """Return the cheapest paths through a row that lie some way apart there: the column in each row, int64 [h]."""
    import numpy as np

    width = cost.shape[1]
    above, below = _spread(cost[: start + 1]), _spread(cost[start:][::-1])
    total = above[0] + below[0] - cost[start]
    kept: list[int] = []
    for column in np.argsort(total, kind="stable").tolist():
        inside = FIRST * width <= column <= LAST * width
        if inside and len(kept) < MOST and all(abs(column - other) >= APART * width for other in kept):
            kept.append(column)
    return [np.concatenate([_trace(above[1], each)[:0:-1], _trace(below[1], each)]) for each in kept]


def _spread(cost: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Return the cost of the cheapest path from the first row to each pixel of the last, and each path's steps aside.

    Args:
        cost: float32, shape [h, w]: of each pixel.

    Returns:
        The costs, float32 [w]; and for each pixel the step aside that leads to it, -1 to 1, int8 [h, w].
    """
    import numpy as np

    least, steps = cost[0], np.zeros(cost.shape, np.int8)
    for row in range(1, len(cost)):
        before, aside = np.pad(least, 1, constant_values=np.inf), SLOPE * cost[row] + ASIDE
        ways = np.stack([before[:-2] + aside, before[1:-1] + cost[row], before[2:] + aside])
        steps[row] = ways.argmin(axis=0) - 1
        least = ways.min(axis=0)
    return least, steps


def _trace(steps: NDArray[np.int8], column: int) -> NDArray[np.int64]:
    """Return the columns of the path that ends in a column of the last row, from there to the first row."""
    import numpy as np

    path = [column]
    for row in steps[:0:-1]:
        path.append(path[-1] + int(row[path[-1]]))
    return np.array(path, np.int64)
