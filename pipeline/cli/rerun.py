"""`digits rerun`: run one stage again."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.arguments.completion import Overrides, PipelineFile, complete_run, complete_stage
from pipeline.cli.arguments.project import AsJson, check_stage, open_project
from pipeline.cli.printing.outcome import print_outcome

__all__ = ["rerun"]

BaseRun = Annotated[
    str | None,
    typer.Option(
        "--run",
        metavar="RUN",
        autocompletion=complete_run,
        help="Take the outputs of the stages above from this run. Default: the latest.",
    ),
]
Downstream = Annotated[bool, typer.Option("--downstream", help="Also run the stages below, the gate and promotion.")]


def rerun(  # noqa: PLR0913  (each is an option)
    context: typer.Context,
    stage: Annotated[
        str, typer.Argument(metavar="STAGE", autocompletion=complete_stage, help="The stage to run again.")
    ],
    *,
    overrides: Overrides = None,
    file: PipelineFile = None,
    base: BaseRun = None,
    downstream: Downstream = False,
    as_json: AsJson = False,
) -> None:
    """Run one stage again, on the outputs of an earlier run.

    The settings are those of pipeline.yaml now, plus --set; any difference from the earlier run is
    printed. Stages below whose inputs changed are listed as stale.
    """
    from pipeline.cli.arguments.past_run import find_run
    from pipeline.cli.printing.progress import show_progress
    from pipeline.runner import Selection, run_pipeline

    pipeline, store = open_project(context, overrides, file)
    check_stage(pipeline, stage)
    taken = find_run(store.artifacts, base) if base else None
    with show_progress():
        finished = run_pipeline(pipeline, store, Selection(stage, None if downstream else stage, (stage,), taken))
    print_outcome(context, finished, as_json=as_json)
