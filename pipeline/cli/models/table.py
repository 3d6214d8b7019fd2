"""`digits models`: the project's models."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import typer

from pipeline.cli.arguments.project import AsJson, artifacts_of

if TYPE_CHECKING:
    from pipeline.registry.entry import ModelEntry

__all__ = ["models"]

HEADER = ("model", "is", "promoted", "by", "accuracy (95 %)", "answers", "parameters", "LiteRT", "latency", "data")
MEGA, KILO = 1e6, 1e3
GAP = 2
NONE = "no models yet: digits run makes one; until then the starter model, which is shipped, reads pictures"
RUN_END = 4  # characters of a run's name that name it; `digits show` takes them


def models(context: typer.Context, *, as_json: AsJson = False) -> None:
    """List the models, with promotion, accuracy and size."""
    from pipeline.registry.entry import describe_all
    from schemas.record import json_text

    if context.invoked_subcommand:
        return
    found = describe_all(artifacts_of(context))
    if as_json:
        print(json_text([each.to_values() for each in found]))
    else:
        print(_table([_row(each) for each in found]) if found else NONE)


def _table(rows: list[tuple[str, ...]]) -> str:
    """Return a row for each model; in a terminal that is too narrow, a paragraph for each."""
    from pipeline.cli.printing.table import columns, hanging

    wide = sum(max(map(len, column)) + GAP for column in zip(HEADER, *rows, strict=True)) - GAP
    if not sys.stdout.isatty() or wide <= shutil.get_terminal_size().columns:
        return columns(HEADER, rows, wrapped=len(HEADER) - 1)
    parts = [
        hanging(name, "; ".join(f"{title} {cell}" if i else cell for i, (title, cell) in enumerate(named) if cell))
        for name, *cells in rows
        for named in [list(zip(HEADER[1:], cells, strict=True))]
    ]
    return "\n".join(parts)


def _row(entry: ModelEntry) -> tuple[str, ...]:
    marks = [word for word, holds in (("champion", entry.champion), ("previous", entry.previous)) if holds]
    accuracy = "" if entry.accuracy is None else f"{100 * entry.accuracy:.2f} %"
    if entry.accuracy_interval:
        low, high = entry.accuracy_interval
        accuracy += f" ({100 * low:.2f} to {100 * high:.2f})"
    by = entry.promoted_by or ""
    return (
        entry.version,
        ", ".join([*marks, *entry.aliases, *filter(None, [entry.standing])]),
        (entry.promoted or "").replace("T", " ").removesuffix("+00:00"),
        by if by in {"", "promote", "rollback"} else f"run {by[-RUN_END:]}",
        accuracy,
        "" if entry.coverage is None else f"{100 * entry.coverage:.1f} %",
        "" if entry.parameters is None else f"{entry.parameters:,}",
        "" if entry.size is None else _size(entry.size),
        "" if entry.latency is None else f"{entry.latency:,.0f} µs",
        entry.data or "",
    )


def _size(count: int) -> str:
    return f"{count / MEGA:.1f} MB" if count >= MEGA else f"{count / KILO:.0f} kB"
