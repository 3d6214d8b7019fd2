"""Text in columns, and other ways to lay it out in a terminal."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence

__all__ = ["box", "columns", "hanging", "paint"]

COLOURS = {
    "green": "\033[32m",
    "yellow": "\033[33m",
    "red": "\033[31m",
    "bold": "\033[1m",
}
MIN_WIDTH = 20


def columns(header: Sequence[str], rows: Sequence[Sequence[str]], *, wrapped: int, piped: int | None = None) -> str:
    """Lay rows out below a header, *wrapped* wrapped to a terminal's width; a column after it ends the line.

    Args:
        header: of the columns.
        rows: as wide as the header.
        wrapped: which column is.
        piped: to which width off a terminal; None leaves it as wide as it is.
    """
    table = [list(header), *map(list, rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else piped
    if width:
        others = sum(widths) - widths[wrapped] + 2 * (len(widths) - 1)
        widths[wrapped] = min(widths[wrapped], max(width - others, MIN_WIDTH))
    return "\n".join(line for row in table for line in _lines(row, widths, wrapped))


def _lines(row: list[str], widths: list[int], wrapped: int) -> list[str]:
    parts = textwrap.wrap(row[wrapped], widths[wrapped]) or [""]
    lines = [[*row[:wrapped], parts[0], *row[wrapped + 1 :]]]
    lines += [[*[""] * wrapped, part, *[""] * (len(row) - wrapped - 1)] for part in parts[1:]]
    last = str.ljust if wrapped == len(row) - 1 else str.rjust
    return ["  ".join([*map(str.ljust, line[:-1], widths), last(line[-1], widths[-1])]).rstrip() for line in lines]


def box(text: str) -> str:
    """Draw a box round a text, in ASCII, no wider than a terminal."""
    width = min(shutil.get_terminal_size().columns, 100) - 4
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, width)]
    widest = max(map(len, lines))
    edge = f"+{'-' * (widest + 2)}+"
    return "\n".join([edge, *(f"| {line.ljust(widest)} |" for line in lines), edge])


def paint(text: str, colour: str) -> str:
    """Colour a text for standard output, where that is a terminal and NO_COLOR is not set."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"{COLOURS[colour]}{text}\033[0m"


def hanging(title: str, text: str) -> str:
    """Give a title and a text beside it, wrapped to a terminal's width."""
    if not sys.stdout.isatty():
        return f"{title:9}{text}"
    width = max(shutil.get_terminal_size().columns, MIN_WIDTH + 9)
    return textwrap.fill(text, width, initial_indent=f"{title:9}", subsequent_indent=" " * 9)
