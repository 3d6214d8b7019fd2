"""Print how a run ended, and set the exit code."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from pipeline.cli.arguments.project import same_project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.runner.run import Run
    from schemas.records.run import RunRecord

__all__ = ["end", "print_outcome"]

REJECTED = 3


def print_outcome(context: typer.Context, finished: Run, *, as_json: bool, again: Sequence[str] = ()) -> None:
    """Print the record of a run, and its failure if it has one; raise typer.Exit unless it succeeded.

    Args:
        context: of the command.
        finished: the run.
        as_json: whether to print its record instead of the summary.
        again: the words of the command that carries out a failed stage again, if `rerun STAGE` does not.
    """
    from pipeline.cli.printing.run_summary import summary, where_report

    if as_json:
        print(finished.record.to_json())
    else:
        print(summary(finished.record, finished.store.artifacts))
        print(where_report(context, finished.record, finished.store.artifacts))
    end(context, finished, again)


def end(context: typer.Context, finished: Run, again: Sequence[str] = ()) -> None:
    """Print the failure of a run, if it has one; raise typer.Exit unless it succeeded."""
    if finished.failure:
        _print_failure(finished, finished.failure, context, again)
    if finished.record.outcome == "rejected":
        raise typer.Exit(REJECTED)


def _print_failure(finished: Run, failure: BaseException, context: typer.Context, again: Sequence[str]) -> None:
    """Print the error first, then the command that retries, the logs and, for a bug, the traceback."""
    from schemas.errors import DigitsError

    record = next(stage for stage in finished.record.stages if stage.outcome == "failed")
    stage = record.stage
    logs = Path(os.path.relpath(finished.folder))
    lines = [
        "",
        f"error: {stage} failed: {record.error}",
        f"  retry:    {_rerun_command(context, again or ('rerun', stage), finished.record)}",
        f"  log:      {logs / 'log.jsonl'}",
        f"  output:   {logs / 'logs' / stage / 'output.txt'}",
    ]
    print("\n".join(lines), file=sys.stderr)
    if not isinstance(failure, DigitsError):
        print("".join(_component_frames(failure)), end="", file=sys.stderr)
    raise typer.Exit(failure.exit_code if isinstance(failure, DigitsError) else 1)


def _rerun_command(context: typer.Context, words: Sequence[str], run: RunRecord) -> str:
    """Return the command that reruns just the failed stage."""
    settings = [word for override in run.overrides for word in ("--set", override)]
    return same_project(context, *words, *run.file_option, *settings)


def _component_frames(failure: BaseException) -> list[str]:
    """Format the traceback from the component on; the runner's own frames are no help."""
    frames = failure.__traceback__
    while frames and frames.tb_frame.f_globals.get("__name__", "").startswith("pipeline."):
        frames = frames.tb_next
    return traceback.format_exception(type(failure), failure, frames)
