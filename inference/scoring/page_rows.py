"""Rows of predictions for a page: one for each digit and each empty box."""

from __future__ import annotations

from inference.model.answer import Answer, PictureReader
from inference.numbers.page_answer import PlacedDigit
from inference.numbers.read_page import read_page
from inference.scoring.rows import Row

__all__ = ["score_page"]


def score_page(data: bytes | Row, reader: PictureReader) -> list[Row]:
    """Return a row for each digit and each empty box of a picture, in reading order; one row if there is none.

    Args:
        data: the content of the file, or its row if that is known already.
        reader: the model.
    """
    if isinstance(data, Row):
        return [data]
    page = read_page(data, reader)
    size = (page.width, page.height, page.format)
    rows = [
        _row(placed, size, (number, position))
        for number, line in enumerate(page.lines, 1)
        for position, placed in enumerate(line.digits, 1)
    ]
    return rows or [Row(page.decision, page.reason, None, None, None, None, None, *size)]


def _row(placed: PlacedDigit, size: tuple[int | None, int | None, str | None], place: tuple[int, int]) -> Row:
    import numpy as np

    found = placed.answer or Answer("unsure")
    shares = np.array(list(found.probabilities.values()), np.float32) if found.probabilities else None
    decision = found.decision if placed.answer else "empty"
    more = found.guess, found.confidence, found.runner_up, shares
    return Row(decision, found.reason, found.digit, *more, *size, False, None, *place, *placed.box)
