"""`digits run`: the whole pipeline, or a part of it."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.outcome import tell_outcome
from pipeline.cli.project import AsJson, Overrides, StageName, open_project

__all__ = ["run"]

From = Annotated[StageName | None, typer.Option("--from", help="Take the stages above as the latest run left them.")]
To = Annotated[StageName | None, typer.Option("--to", help="End after this stage, without promotion.")]
Force = Annotated[
    list[StageName] | None,
    typer.Option("--force", help="Run this stage even if nothing changed; may be given more than once."),
]


def run(  # noqa: PLR0913  (each is an option)
    context: typer.Context,
    *,
    overrides: Overrides = None,
    first: From = None,
    last: To = None,
    force: Force = None,
    as_json: AsJson = False,
) -> None:
    """Run the pipeline: every stage that has to, then the gate, then promotion.

    Exits with 0 when done, 1 when a stage failed, 3 when the gate rejected the model, 4 when an
    input is missing or corrupt.
    """
    from pipeline.cli.live import tell
    from pipeline.runner import Selection, carry_out

    pipeline, store = open_project(context, overrides)
    for stage in (first, last, *(force or ())):
        if stage:
            pipeline.check_stage(stage)
    with tell():
        finished = carry_out(pipeline, store, Selection(first, last, tuple(force or ())))
    tell_outcome(context, finished, as_json=as_json)
