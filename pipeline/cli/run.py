"""`digits run`: the whole pipeline."""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.project import AsJson, Overrides, open_project

if TYPE_CHECKING:
    from pipeline.runner import Run

__all__ = ["run"]

REJECTED = 3


def run(
    context: typer.Context,
    overrides: Overrides = None,
    force: Annotated[
        list[str] | None,
        typer.Option(metavar="STAGE", help="Run a stage even if nothing changed; may be given more than once."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Run the pipeline: every stage that has to, then the gate, then promotion.

    Exits with 0 when done, 1 when a stage failed, 3 when the gate rejected the model, 4 when an
    input is missing or corrupt.
    """
    from pipeline.cli.live import tell
    from pipeline.cli.table import summary
    from pipeline.runner import carry_out

    pipeline, store = open_project(context, overrides)
    for stage in force or ():
        pipeline.check_stage(stage)
    with tell():
        finished = carry_out(pipeline, store, force=tuple(force or ()))
    if as_json:
        print(finished.record.model_dump_json(indent=2))
    else:
        print(summary(finished.record, store.artifacts))
    if finished.failure:
        _tell_failure(finished, finished.failure, _again(context, overrides))
    if finished.record.outcome == "rejected":
        raise typer.Exit(REJECTED)


def _again(context: typer.Context, overrides: list[str] | None) -> str:
    """Give the command that goes on where this one ended."""
    directory = ["-C", str(context.obj)] if context.obj else []
    settings = [word for override in overrides or () for word in ("--set", override)]
    return shlex.join(["digits", *directory, "run", *settings])


def _tell_failure(finished: Run, failure: Exception, again: str) -> None:
    """Print the error itself first, then how to go on, where the log is and, for a bug, its traceback."""
    from schemas.errors import DigitsError

    stage = next(stage.stage for stage in finished.record.stages if stage.outcome == "failed")
    expected = isinstance(failure, DigitsError)
    text = str(failure) if expected else f"{type(failure).__name__}: {failure}"
    logs = Path(os.path.relpath(finished.folder))
    lines = [
        "",
        f"error: {stage} failed: {text}",
        f"  again:    {again}   (what finished is kept: only {stage} and what follows run)",
        f"  log:      {logs / 'log.jsonl'}",
        f"  output:   {logs / 'logs' / stage / 'output.txt'}",
    ]
    print("\n".join(lines), file=sys.stderr)
    if not expected:
        print("".join(_component_frames(failure)), end="", file=sys.stderr)
    raise typer.Exit(failure.exit_code if isinstance(failure, DigitsError) else 1)


def _component_frames(failure: Exception) -> list[str]:
    """Format the traceback from the component on: the runner's own frames say nothing."""
    frames = failure.__traceback__
    while frames and frames.tb_frame.f_globals.get("__name__", "").startswith("pipeline."):
        frames = frames.tb_next
    return traceback.format_exception(type(failure), failure, frames)
