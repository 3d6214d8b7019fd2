"""Lay text out in a terminal: columns, boxes, hanging indents, colours."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence

from schemas.errors import printable

__all__ = ["box", "columns", "hanging", "paint", "side_by_side"]

COLOURS = {
    "green": "\033[32m",
    "yellow": "\033[33m",
    "red": "\033[31m",
    "bold": "\033[1m",
}
MIN_WIDTH = 20
NO_BREAK = "\N{NO-BREAK SPACE}"


def columns(header: Sequence[str], rows: Sequence[Sequence[str]], *, wrapped: int) -> str:
    """Return rows in columns below a header, wrapping one column to the terminal's width; no cell can forge a row.

    Output that is not a terminal has no width: each row is one line, for grep.

    Args:
        header: titles of the columns.
        rows: cells, as many per row as titles.
        wrapped: index of the column to wrap; columns after it are right-aligned.
    """
    table = [[printable(cell) for cell in row] for row in (header, *rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    if sys.stdout.isatty():
        others = sum(widths) - widths[wrapped] + 2 * (len(widths) - 1)
        widths[wrapped] = min(widths[wrapped], max(shutil.get_terminal_size().columns - others, MIN_WIDTH))
    return "\n".join(line for row in table for line in _lines(row, widths, wrapped))


def _lines(row: list[str], widths: list[int], wrapped: int) -> list[str]:
    parts = _wrap(row[wrapped], widths[wrapped]) or [""]
    lines = [[*row[:wrapped], parts[0], *row[wrapped + 1 :]]]
    lines += [[*[""] * wrapped, part, *[""] * (len(row) - wrapped - 1)] for part in parts[1:]]
    last = str.ljust if wrapped == len(row) - 1 else str.rjust
    return ["  ".join([*map(str.ljust, line[:-1], widths), last(line[-1], widths[-1])]).rstrip() for line in lines]


def box(text: str) -> str:
    """Return a text in an ASCII box, at most as wide as the terminal."""
    width = min(shutil.get_terminal_size().columns, 100) - 4
    lines = [part for line in text.splitlines() for part in _wrap(line, width)]
    widest = max(map(len, lines))
    edge = f"+{'-' * (widest + 2)}+"
    return "\n".join([edge, *(f"| {line.ljust(widest)} |" for line in lines), edge])


def paint(text: str, colour: str) -> str:
    """Return a text in colour if standard output is a terminal and NO_COLOR is not set."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"{COLOURS[colour]}{text}\033[0m"


def hanging(title: str, text: str) -> str:
    """Return a title with a text beside it, wrapped to the terminal's width; the text cannot forge a line."""
    text = printable(text)
    if not sys.stdout.isatty():
        return f"{title:9}{text}"
    width = max(shutil.get_terminal_size().columns, MIN_WIDTH + 9)
    return "\n".join(_wrap(text, width, f"{title:9}", " " * 9))


def side_by_side(parts: Iterable[str]) -> str:
    """Return parts in a line; on a terminal in as many as they need, broken only between parts."""
    if not sys.stdout.isatty():
        return "  ".join(parts)
    unbroken = "  ".join(part.replace(" ", NO_BREAK) for part in parts)
    return "\n".join(_wrap(unbroken, max(shutil.get_terminal_size().columns, MIN_WIDTH)))


def _wrap(text: str, width: int, first: str = "", others: str = "") -> list[str]:
    """Return the lines of a text, broken between words only: not at a hyphen of a name, nor before a percent sign."""
    unbroken = text.replace(" %", f"{NO_BREAK}%")
    lines = textwrap.wrap(unbroken, width, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)
    return [line.replace(NO_BREAK, " ") for line in lines]
