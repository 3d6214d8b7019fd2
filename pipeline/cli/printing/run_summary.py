"""Human-readable summary of a run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.cli.arguments.project import same_project
from pipeline.cli.printing.table import columns, hanging, paint, side_by_side
from pipeline.cli.printing.verdict import verdict_lines
from schemas.errors import printable

if TYPE_CHECKING:
    import typer

    from schemas.records.run import RunRecord, StageRecord

__all__ = ["summary", "where_report"]


def summary(record: RunRecord, artifacts: Path) -> str:
    """Return a run, or a plan, as text: a table of its stages, data, metrics, verdict and champion."""
    rows = [(s.stage, s.outcome, _reason(s, record), _seconds(s, record)) for s in record.stages]
    lines = [columns(("stage", "outcome", "reason", "seconds"), rows, wrapped=2)] if rows else []
    lines.append("")
    if record.source and not record.notice:  # a notice names the data, too
        lines.append(hanging("data", record.source.dataset))
    if record.judged:
        lines.append(hanging("model", Path(record.judged).name))
    if record.metrics:
        lines.append(side_by_side(f"{printable(name)} {_figure(value)}" for name, value in record.metrics.items()))
    lines += verdict_lines(record.verdict, kept=record.champion is not None) if record.verdict else []
    if record.champion or record.run:
        lines.append(f"champion {printable(_champion(record.champion, artifacts))}")
    if record.explanation:
        lines.append(hanging("note", record.explanation))
    if record.notice:
        lines.append(paint(hanging("notice", record.notice), "yellow"))
    lines += [paint(hanging("warning", warning), "yellow") for warning in record.warnings]
    if record.run:
        at = f" in {printable(record.under_way)}" if record.under_way else ""
        lines.append(f"run      {printable(record.run)} {_outcome(record)}{at} after {record.seconds:.2f} s")
    return "\n".join(lines)


def where_report(context: typer.Context, record: RunRecord, artifacts: Path) -> str:
    """Return the path of a run's report, or the command that writes it."""
    written = artifacts / "runs" / record.run / "report.html"
    found = os.path.relpath(written) if written.exists() else same_project(context, "report", record.run)
    return f"report   {printable(found)}"


def _seconds(stage: StageRecord, record: RunRecord) -> str:
    """Return how long a stage took; nothing for a plan, and for a stage that was not carried out."""
    return f"{stage.seconds:.2f}" if record.run and stage.outcome in {"ran", "unchanged", "failed"} else ""


def _reason(stage: StageRecord, record: RunRecord) -> str:
    """Return the reason without what the table shows beside it or below it."""
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
    return f"{shown / 'champion'} -> {champion}" if is_current else f"{shown / champion} (champion at that time)"


def _outcome(record: RunRecord) -> str:
    colour = {"promoted": "green", "unchanged": "green", "completed": "green", "running": "bold"}.get(
        record.outcome, "red"
    )
    return paint(record.outcome, colour)


def _figure(value: float | None) -> str:
    return "not a number" if value is None else f"{value:.4f}"
