"""Lay out what was read on a page for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from inference.model.percent import percent
from pipeline.cli.printing.table import columns
from schemas.errors import printable

if TYPE_CHECKING:
    from inference.numbers.page_answer import Line, PageAnswer

__all__ = ["page_table"]

HEADER = ("file", "line", "number", "least certain", "decision")


def page_table(names: Sequence[str], answers: Sequence[PageAnswer]) -> str:
    """Return a row for each line of each page; an unsure digit is followed by `?`, and an empty box is `_`."""
    rows: list[tuple[str, ...]] = []
    for name, answer in zip(names, answers, strict=True):
        if not answer.lines:
            rows.append((printable(name), "", "", "", f"{answer.decision}: {answer.reason}"))
        rows += [(printable(name), f"{i}", *_cells(line)) for i, line in enumerate(answer.lines, 1)]
    return columns(HEADER, rows, wrapped=4)


def _cells(line: Line) -> tuple[str, str, str]:
    """Return the number, the confidence in its least certain digit, and the decision with its reasons."""
    spelled = "".join(each.symbol + "?" * (each in line.unsure and each.symbol != "?") for each in line.digits)
    confidences = [each.answer.confidence or 0.0 for each in line.digits if each.answer]
    reasons = dict.fromkeys(each.answer.reason or "" for each in line.unsure if each.answer)
    decision = f"unsure: {', '.join(reasons)}" if reasons else "answered"
    return spelled, percent(min(confidences)) if confidences else "", decision
