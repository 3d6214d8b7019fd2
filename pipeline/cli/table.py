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

__all__ = ["box", "columns", "paint", "summary"]

COLOURS = {
    "green": "\033[32m",
    "yellow": "\033[33m",
    "red": "\033[31m",
    "bold": "\033[1m",
}
MIN_WIDTH = 20


def columns(header: Sequence[str], rows: Sequence[Sequence[str]], *, wrapped: int) -> str:
    """Lay rows out below a header, the last column to the right; *wrapped* is wrapped to a terminal's width."""
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
    return ["  ".join([*map(str.ljust, line[:-1], widths), line[-1].rjust(widths[-1])]).rstrip() for line in lines]


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
    rows = [(s.stage, s.outcome, _reason(s), f"{s.seconds:.2f}" if s.seconds else "") for s in record.stages]
    lines = [columns(("stage", "outcome", "reason", "seconds"), rows, wrapped=2)] if rows else []
    lines.append("")
    if record.metrics:
        lines.append("  ".join(f"{name} {_figure(value)}" for name, value in record.metrics.items()))
    lines += _verdict_lines(record)
    if record.champion or record.run:
        lines.append(f"champion {_champion(record.champion, artifacts)}")
    if record.notice:
        lines.append(paint(_hanging("notice", record.notice), "yellow"))
    if record.run:
        at = f" in {record.under_way}" if record.under_way else ""
        lines.append(f"run      {record.run} {_outcome(record)}{at} after {record.seconds:.2f} s")
    return "\n".join(lines)


def _reason(stage: StageRecord) -> str:
    """Give the reason without the words of the outcome, which stand beside it."""
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


def _hanging(title: str, text: str) -> str:
    if not sys.stdout.isatty():
        return f"{title:9}{text}"
    width = max(shutil.get_terminal_size().columns, MIN_WIDTH + 9)
    return textwrap.fill(text, width, initial_indent=f"{title:9}", subsequent_indent=" " * 9)


def _verdict_lines(record: RunRecord) -> list[str]:
    verdict = record.verdict
    if verdict is None:
        return []
    if verdict.blessed:
        return [f"verdict  {paint('BLESSED', 'green')}: {len(verdict.rules)} of {len(verdict.rules)} rules met"]
    kept = " (the champion stays as it was)" if record.champion else ""
    return [f"verdict  {paint('NOT BLESSED', 'red')}{kept}", *(f"         {reason}" for reason in verdict.reasons)]


def _outcome(record: RunRecord) -> str:
    colour = {"promoted": "green", "completed": "green", "running": "bold"}.get(record.outcome, "red")
    return paint(record.outcome, colour)


def _figure(value: float | None) -> str:
    return "not a number" if value is None else f"{value:.4f}"
