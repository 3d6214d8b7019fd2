"""`digits show`: show one run."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from pipeline.cli.arguments.completion import RunsOfFile
from pipeline.cli.arguments.past_run import LatestRun
from pipeline.cli.arguments.project import AsJson, runs_of

__all__ = ["show"]


def show(
    context: typer.Context,
    run: LatestRun = None,
    *,
    file: RunsOfFile = None,
    as_json: AsJson = False,
) -> None:
    """Show a run: stages, metrics, verdict, and file locations."""
    from pipeline.cli.arguments.past_run import find_run
    from pipeline.cli.printing.run_summary import summary, where_report
    from schemas.errors import printable

    artifacts, of = runs_of(context, file)
    record = find_run(artifacts, run, of)
    if as_json:
        print(record.to_json())
        return
    print(summary(record, artifacts))
    stages = (f"{stage.stage} failed: {stage.error}" for stage in record.stages if stage.error)
    for error in filter(None, (record.error, *stages)):
        print(f"error    {printable(error)}")
    if record.overrides or record.file:
        print(f"set      {printable(' '.join([*record.file_option, *record.overrides]))}")
    print(where_report(context, record, artifacts))
    print(f"log      {Path(os.path.relpath(artifacts)) / 'runs' / record.run / 'log.jsonl'}")
