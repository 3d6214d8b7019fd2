"""Text in columns, and what a run came to, for people."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.run import RunRecord, StageRecord

__all__ = ["box", "columns", "hanging", "paint", "summary"]

COLOURS = {
    "green": "\033[32m",
    "yellow": "\033[33m",
    "red": "\033[31m",
    "bold": "\033[1m",
}
MIN_WIDTH = 20


def columns(header: Sequence[str], rows: Sequence[Sequence[str]], *, wrapped: int) -> str:
    """Lay rows out below a header, *wrapped* wrapped to a terminal's width; a column after it ends the line."""
    table = [list(header), *map(list, rows)]
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    if sys.stdout.isatty():
        others = sum(widths) - widths[wrapped] + 2 * (len(widths) - 1)
        widths[wrapped] = min(widths[wrapped], max(shutil.get_terminal_size().columns - others, MIN_WIDTH))
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


def summary(record: RunRecord, artifacts: Path) -> str:
    """Give the stages of a run, or of a plan, as a table that ends with metrics, verdict and where the model is."""
    from pipeline.cli.verdict import verdict_lines

    rows = [(s.stage, s.outcome, _reason(s, record), f"{s.seconds:.2f}" if s.seconds else "") for s in record.stages]
    lines = [columns(("stage", "outcome", "reason", "seconds"), rows, wrapped=2)] if rows else []
    lines.append("")
    if record.metrics:
        lines.append("  ".join(f"{name} {_figure(value)}" for name, value in record.metrics.items()))
    lines += verdict_lines(record.verdict, kept=record.champion is not None) if record.verdict else []
    if record.champion or record.run:
        lines.append(f"champion {_champion(record.champion, artifacts)}")
    if record.notice:
        lines.append(paint(hanging("notice", record.notice), "yellow"))
    if record.run:
        at = f" in {record.under_way}" if record.under_way else ""
        lines.append(f"run      {record.run} {_outcome(record)}{at} after {record.seconds:.2f} s")
    return "\n".join(lines)


def _reason(stage: StageRecord, record: RunRecord) -> str:
    """Give the reason without the words of the outcome, which stand beside it, and without what stands below."""
    if record.verdict and record.verdict.reasons and "; ".join(record.verdict.reasons) in stage.reason:
        return "not blessed, see below"
    return (
        stage.reason.removeprefix(f"{stage.outcome}: ")
        .removeprefix("unchanged (")
        .removesuffix(")" if stage.reason.startswith("unchanged (") else "")
    )


def _champion(champion: str | None, artifacts: Path) -> str:
    shown = Path(os.path.relpath(artifacts))
    if champion is None:
        return "none yet"
    if not (artifacts / champion).exists():
        return f"{shown / champion} (gone)"
    is_current = (artifacts / "champion").resolve() == (artifacts / champion).resolve()
    return f"{shown / 'champion'} -> {champion}" if is_current else f"{shown / champion} (then)"


def hanging(title: str, text: str) -> str:
    """Give a title and a text beside it, wrapped to a terminal's width."""
    if not sys.stdout.isatty():
        return f"{title:9}{text}"
    width = max(shutil.get_terminal_size().columns, MIN_WIDTH + 9)
    return textwrap.fill(text, width, initial_indent=f"{title:9}", subsequent_indent=" " * 9)


def _outcome(record: RunRecord) -> str:
    colour = {"promoted": "green", "completed": "green", "running": "bold"}.get(record.outcome, "red")
    return paint(record.outcome, colour)


def _figure(value: float | None) -> str:
    return "not a number" if value is None else f"{value:.4f}"
