"""Split digits that touch, only with evidence: cut them apart in several ways, and ask the model what it reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from inference.model.answer import Answer, PictureReader
from inference.numbers.boxes import Box
from inference.numbers.cut_out import Shape
from inference.numbers.page_answer import PlacedDigit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["TOUCHING", "may_touch", "split"]

TOUCHING = "two digits touch"
# Measured on 200 touching pairs and 450 single digits of learning/synthetic/drawn_pages.py.
WIDE, BROAD = 0.6, 1.05  # width over height from which a digit may be two, and from which it may be split
DOUBT = 1.25  # times the least evidence of an answer: a digit that is answered with less may be two
SURE, VOTES = 0.97, 3  # least probability of two digits, and least number of cuts that leave the same two
SLANTS = (-0.4, -0.2, 0.0, 0.2, 0.4)  # columns to the right that a cut moves with each row up
FIRST, LAST = 0.22, 0.78  # of the width: where a cut may lie
EACH, APART = 3, 0.1  # cuts of each slant; of the width: least distance of two of them
LEAST = 0.12  # of the ink: least share on either side

Read = Callable[[list[Shape]], list[PlacedDigit]]


def may_touch(placed: list[PlacedDigit], reader: PictureReader) -> list[bool]:
    """Return which digits may be two that touch: wide ones that are unsure, or nearly so."""
    import numpy as np

    wide = [each.box.width >= WIDE * each.box.height for each in placed]
    sure = [i for i, each in enumerate(placed) if wide[i] and each.answer and each.answer.digit is not None]
    images = [found.reading.image for i in sure if (found := placed[i].answer) and found.reading]
    if not images:
        return wide
    decisions = reader.read(np.stack(images))
    doubtful = dict(zip(sure, decisions.evidence < DOUBT * decisions.least, strict=True))
    return [wide[i] and bool(doubtful.get(i, True)) for i in range(len(placed))]


def split(shape: Shape, whole: PlacedDigit, height: float, read: Read) -> list[PlacedDigit]:
    """Return the two digits of a broad shape, from left to right, if several cuts leave the same two.

    Otherwise return the whole: unsure if any cut leaves two digits, as it was read if none does.

    Args:
        shape: ink that may be two digits.
        whole: what it is read as.
        height: usual height of a digit on the page, in pixels.
        read: reads shapes.
    """
    if whole.answer is None:
        return [whole]
    halves = [half for pair in _cuts(shape.own) for half in _halves(shape, pair)]
    placed = read(halves)
    pairs = list(zip(placed[::2], placed[1::2], strict=True))
    votes = Counter(_spelled(pair) for pair in pairs if _spelled(pair))
    best = max(pairs, key=lambda pair: _probability(pair) if _spelled(pair) else 0.0, default=None)
    broad = shape.box.width >= BROAD * min(height, shape.box.height)
    if best and broad and votes[_spelled(best)] >= VOTES and _probability(best) >= SURE:
        return list(best)
    return [_unsure(whole, whole.answer) if votes else whole]


def _unsure(whole: PlacedDigit, answer: Answer) -> PlacedDigit:
    return replace(whole, answer=replace(answer, decision="unsure", reason=TOUCHING))


def _spelled(pair: tuple[PlacedDigit, PlacedDigit]) -> str:
    """Return the two digits of a cut; '' unless both are answered."""
    digits = [each.answer.digit for each in pair if each.answer and each.answer.digit is not None]
    return "".join(digits) if len(digits) == len(pair) else ""


def _probability(pair: tuple[PlacedDigit, PlacedDigit]) -> float:
    first, second = (each.answer.confidence or 0.0 if each.answer else 0.0 for each in pair)
    return first * second


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


def _cuts(own: NDArray[np.bool_]) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Return ways to cut ink, bool [h, w], into a left and a right part: those that cut the least ink of each slant."""
    import numpy as np

    height, width = own.shape
    rows, columns = np.indices(own.shape)
    found: list[tuple[NDArray[np.bool_], NDArray[np.bool_]]] = []
    for slant in SLANTS:
        at = columns - slant * (height / 2 - rows)
        ink = np.bincount(np.clip(np.rint(at[own]), 0, width - 1).astype(np.int64), minlength=width)
        for column in _lowest(np.convolve(ink, np.ones(3) / 3, "same"), width):
            left, right = own & (at < column), own & (at >= column)
            if min(np.count_nonzero(left), np.count_nonzero(right)) >= LEAST * np.count_nonzero(own):
                found.append((left, right))
    return found


def _lowest(ink: NDArray[np.float64], width: int) -> list[int]:
    """Return the columns with the least ink, some way apart."""
    import numpy as np

    kept: list[int] = []
    first = round(FIRST * width)
    for column in (np.argsort(ink[first : round(LAST * width)], kind="stable") + first).tolist():
        if len(kept) < EACH and all(abs(column - other) >= APART * width for other in kept):
            kept.append(column)
    return kept
