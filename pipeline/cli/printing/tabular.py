"""Write a table in the formats that other programs read: Markdown, LaTeX, CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence

__all__ = ["TABULAR"]

LATEX = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"} | {
    sign: f"\\{sign}" for sign in "&%$#_{}"
}
FIGURE = re.compile(r"[-+]?\d+(\.\d+)?")


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table of GitHub's Markdown; figures stand to the right."""
    rule = [" ---: |" if right else " --- |" for right in _figures(header, rows)]
    escaped = [[cell.replace("|", r"\|") for cell in row] for row in (header, *rows)]
    lines = [f"| {' | '.join(row)} |" for row in escaped]
    return "\n".join([lines[0], f"|{''.join(rule)}", *lines[1:]])


def _latex(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a tabular that needs no package; figures stand to the right."""
    shape = "".join("r" if right else "l" for right in _figures(header, rows))
    lines = [f"{' & '.join(map(_escaped, row))} \\\\" for row in (header, *rows)]
    lines = [rf"\begin{{tabular}}{{{shape}}}", r"\hline", lines[0], r"\hline", *lines[1:], r"\hline", r"\end{tabular}"]
    return "\n".join(lines)


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().rstrip("\n")


def _escaped(text: str) -> str:
    return "".join(LATEX.get(sign, sign) for sign in text)


def _figures(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[bool]:
    """Return for each column whether it holds figures only."""
    columns = [[row[i] for row in rows if row[i]] for i in range(len(header))]
    return [bool(cells) and all(map(FIGURE.fullmatch, cells)) for cells in columns]


TABULAR: dict[str, Callable[[Sequence[str], Sequence[Sequence[str]]], str]] = {
    "markdown": _markdown,
    "latex": _latex,
    "csv": _csv,
}
"""For each format, the function of a header and of rows, all of one length, that returns the table as text."""
