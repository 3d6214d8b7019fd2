"""The table of runs."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pipeline.cli.printing.table import columns
from pipeline.history import run_names
from pipeline.specification.stage import FILE
from schemas.errors import printable

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.records.run import RunRecord

__all__ = ["local_time", "runs_table"]

HEADINGS = {"log_loss": "log loss", "calibration_error": "calibration error", "answered_accuracy": "answered accuracy"}


def runs_table(artifacts: Path, records: list[RunRecord], metrics: list[str]) -> str:
    """Return runs as a table: name, local time, outcome, metrics, and what was set."""
    names: dict[str, str] = {run: name for name, run in run_names(artifacts).items()}
    named = any(record.run in names for record in records)
    header = ("run", *(["name"] * named), "started", "outcome", *(HEADINGS.get(each, each) for each in metrics), "set")
    rows = [
        (
            record.run,
            *([names.get(record.run, "")] * named),
            local_time(record.started),
            record.outcome,
            *(_figure(record.metrics.get(each)) for each in metrics),
            _set(record, artifacts),
            f"{record.seconds:.1f}",
        )
        for record in records
    ]
    return columns((*header, "seconds"), rows, wrapped=len(header) - 1)


def local_time(started: str) -> str:
    """Return a time in UTC, ISO 8601, as the local one to the minute."""
    return f"{datetime.fromisoformat(started).astimezone():%Y-%m-%d %H:%M}" if started else ""


def _set(record: RunRecord, artifacts: Path) -> str:
    """Return -f, what was set, and whether the file was another one than there is now."""
    name = record.file or FILE
    other = _text(artifacts / "runs" / record.run / FILE) != _text(artifacts.parent / name)
    return printable(" ".join([*record.file_option, *record.overrides, *([f"(other {name})"] if other else [])]))


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _text(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
