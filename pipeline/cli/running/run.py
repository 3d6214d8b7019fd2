"""`digits run`: run the pipeline or part of it."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.arguments.completion import Overrides, PipelineFile, Sweep, complete_stage
from pipeline.cli.arguments.project import AsJson, check_part, check_stage, open_project
from pipeline.cli.printing.outcome import print_outcome

__all__ = ["run"]

From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="STAGE",
        autocompletion=complete_stage,
        help="Start here; take the outputs of the stages above from the latest run.",
    ),
]
To = Annotated[
    str | None,
    typer.Option(
        "--to", metavar="STAGE", autocompletion=complete_stage, help="Stop after this stage, without promotion."
    ),
]
Force = Annotated[
    list[str] | None,
    typer.Option(
        "--force",
        metavar="STAGE",
        autocompletion=complete_stage,
        help="Run this stage even if nothing changed; repeatable.",
    ),
]


Then = Annotated[
    str | None,
    typer.Option("--then", metavar="run", help="After a sweep, run the best combination through the gate."),
]
NoPromote = Annotated[
    bool, typer.Option("--no-promote", help="Leave the champion as it is, to try something; export what is blessed.")
]


def run(  # noqa: PLR0913  (each is an option)
    context: typer.Context,
    *,
    overrides: Overrides = None,
    file: PipelineFile = None,
    first: From = None,
    last: To = None,
    force: Force = None,
    no_promote: NoPromote = False,
    sweep: Sweep = None,
    then: Then = None,
    as_json: AsJson = False,
) -> None:
    """Run the stages that changed, the gate, and promotion.

    With --sweep, try combinations of settings: up to the last stage before the test split is touched.

    Exit codes: 0 done, 1 a stage failed, 3 the gate rejected the model, 4 an input is missing or
    corrupt.
    """
    from pipeline.cli.printing.progress import show_progress
    from pipeline.runner.run import Selection
    from pipeline.runner.run_pipeline import run_pipeline

    if sweep or then is not None:
        from pipeline.cli.running.sweep import check_options, open_project_sweep, run_sweep

        check_options(sweep, then, part=bool(first or last or force), no_promote=no_promote)
        opened = open_project_sweep(context, sweep or (), overrides or (), file)
        run_sweep(context, opened, then=then is not None, promote=not no_promote, as_json=as_json)
        return
    pipeline, store = open_project(context, overrides, file)
    for stage in (first, last, *(force or ())):
        if stage:
            check_stage(pipeline, stage)
    check_part(pipeline, first, last, force or ())
    selection = Selection(first, last, tuple(force or ()), promote=not no_promote)
    with show_progress():
        finished = run_pipeline(pipeline, store, selection)
    print_outcome(context, finished, as_json=as_json)
