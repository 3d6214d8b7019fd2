"""Lay out answers and pictures for a terminal of any width."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from inference.model.percent import percent
from pipeline.cli.printing.table import paint
from schemas.artifacts.class_noun import noun
from schemas.errors import printable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from inference.model.answer import Answer

__all__ = ["answer_table", "answer_words", "bar_chart", "drawings", "folded"]

COLOURS = {"answered": "green", "unsure": "yellow", "unreadable": "red"}
LEAST = 24  # columns for file names and decisions together; below it, paragraphs replace the table
WIDEST_CHART = 60
MOST_BARS = 10
SIDE = 28  # width of a picture, in characters
GAP = 2


def answer_table(names: Sequence[str], answers: Sequence[Answer]) -> str:
    """Return a row for each file, wrapped to the terminal's width; paragraphs in a narrow terminal."""
    rows = [_row(name, answer) for name, answer in zip(names, answers, strict=True)]
    classes = {name for answer in answers for name in answer.probabilities}
    header = ("file", noun(classes), "confidence", "runner-up", "decision")
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    if sys.stdout.isatty():
        spare = _columns() - sum(widths[1:-1]) - GAP * (len(widths) - 1)
        if spare < LEAST:
            return "\n".join(_paragraph(*row) for row in rows)
        widths[-1] = min(widths[-1], max(spare - widths[0], spare // 2))
        widths[0] = min(widths[0], spare - widths[-1])
    colours = ["bold", *(COLOURS[answer.decision] for answer in answers)]
    return "\n".join(_lines(row, widths, colour) for row, colour in zip((header, *rows), colours, strict=True))


def _row(name: str, answer: Answer) -> tuple[str, ...]:
    digit = f"{answer.guess or ''}{'?' if answer.decision == 'unsure' and answer.guess else ''}"
    confidence = "" if answer.confidence is None else percent(answer.confidence)
    return tuple(map(printable, (name, digit, confidence, answer.runner_up or "", str(answer))))


def answer_words(answer: Answer) -> str:
    """Return an answer in one line: `unsure: too faint, 7? (61.0 %), then 1`."""
    _, *cells = _row("", answer)
    return _sentence(*cells)


def _sentence(digit: str, confidence: str, runner_up: str, decision: str) -> str:
    guess = f"{digit} ({confidence}), then {runner_up}" if digit else ""
    return ", ".join(filter(None, ("" if decision == "answered" else decision, guess)))


def _paragraph(name: str, *cells: str) -> str:
    sentence = _sentence(*cells)
    indent = " " * GAP
    return (
        textwrap.fill(name, max(_columns(), 1))
        + "\n"
        + textwrap.fill(sentence, max(_columns(), GAP + 1), initial_indent=indent, subsequent_indent=indent)
    )


def _lines(row: Sequence[str], widths: Sequence[int], colour: str) -> str:
    parts = [textwrap.wrap(cell, width) for cell, width in zip(row, widths, strict=True)]
    lines: list[str] = []
    for *cells, decision in zip_longest(*parts, fillvalue=""):
        start = "".join(cell.ljust(width + GAP) for cell, width in zip(cells, widths, strict=False))
        lines.append(start + paint(decision, colour) if decision else start.rstrip())
    return "\n".join(lines)


def bar_chart(answer: Answer) -> str:
    """Draw the probabilities of all classes, or of the ten likeliest."""
    likeliest = sorted(answer.probabilities.values(), reverse=True)[:MOST_BARS]
    shown = {name: share for name, share in answer.probabilities.items() if share >= likeliest[-1]}
    names = max(len(printable(name)) for name in shown)
    room = max(min(_columns(), WIDEST_CHART) - names - len(">99.9 %") - 2 * GAP, 1)
    return "\n".join(
        f"{printable(name).ljust(names)}  {percent(share):>7}"
        + _bar(round(share * room), COLOURS[answer.decision] if name == answer.guess else "bold")
        for name, share in shown.items()
    )


def _bar(length: int, colour: str) -> str:
    return f"  {paint('#' * length, colour)}" if length else ""


def drawings(answer: Answer) -> str:
    """Draw the original, each step and the 28x28 result, as many side by side as fit."""
    if answer.reading is None:
        return ""
    panels = [_panel(name, picture) for name, picture in answer.reading.trace]
    per_row = max((_columns() + GAP) // (SIDE + GAP), 1)
    rows = [panels[i : i + per_row] for i in range(0, len(panels), per_row)]
    steps = ", ".join(answer.steps) or "none, it has MNIST's form already"
    return "\n\n".join([folded(f"steps: {steps}"), *map(_side_by_side, rows)])


def _side_by_side(panels: Sequence[Sequence[str]]) -> str:
    lines = zip_longest(*panels, fillvalue=" " * SIDE)
    return "\n".join((" " * GAP).join(line).rstrip() for line in lines)


def _panel(name: str, picture: NDArray[np.uint8]) -> list[str]:
    """Draw one picture as a square of characters below its name."""
    import cv2
    import numpy as np

    from inference.step_sheet import draw_text

    grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if picture.shape[2:] else picture, np.uint8)
    scale = SIDE / max(grey.shape)
    width, height = (max(round(length * scale), 2) for length in (grey.shape[1], grey.shape[0]))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    small = np.asarray(cv2.resize(grey, (width, height + height % 2), interpolation=way), np.uint8)
    lines = [line + " " * (SIDE - width) for line in draw_text(small, colour=_has_true_colour()).split("\n")]
    return [name[:SIDE].ljust(SIDE), *lines]


def _has_true_colour() -> bool:
    """Return whether standard output is a terminal with 24-bit colours and UTF-8, and NO_COLOR is not set."""
    allowed = os.environ.get("COLORTERM") in {"truecolor", "24bit"} and not os.environ.get("NO_COLOR")
    return allowed and sys.stdout.isatty() and "utf" in sys.stdout.encoding.lower()


def folded(text: str) -> str:
    """Return a text wrapped to the terminal's width; unchanged if output is not a terminal."""
    return textwrap.fill(text, max(_columns(), 1)) if sys.stdout.isatty() else text


def _columns() -> int:
    return shutil.get_terminal_size().columns
