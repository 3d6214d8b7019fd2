"""`digits run`: the whole pipeline, or a part of it."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.arguments.completion import Overrides, complete_stage
from pipeline.cli.arguments.project import AsJson, check_part, check_stage, open_project
from pipeline.cli.printing.outcome import tell_outcome

__all__ = ["run"]

From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="STAGE",
        autocompletion=complete_stage,
        help="Take the stages above as the latest run left them.",
    ),
]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="STAGE", autocompletion=complete_stage, help="End after it, without promotion."),
]
Force = Annotated[
    list[str] | None,
    typer.Option(
        "--force", metavar="STAGE", autocompletion=complete_stage, help="Run it even if nothing changed; repeatable."
    ),
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
    from pipeline.cli.printing.progress import tell
    from pipeline.runner import Selection, carry_out

    pipeline, store = open_project(context, overrides)
    for stage in (first, last, *(force or ())):
        if stage:
            check_stage(pipeline, stage)
    check_part(pipeline, first, last, force or ())
    with tell():
        finished = carry_out(pipeline, store, Selection(first, last, tuple(force or ())))
    tell_outcome(context, finished, as_json=as_json)
