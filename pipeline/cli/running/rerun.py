"""`digits rerun`: run one stage again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import Overrides, PipelineFile, complete_model, complete_run, complete_stage
from pipeline.cli.arguments.project import AsJson, check_stage, open_project
from pipeline.cli.printing.outcome import print_outcome

if TYPE_CHECKING:
    from pipeline.specification.stage import Pipeline
    from pipeline.store import Store

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
Judged = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        autocompletion=complete_model,
        help="For the stage that judges: let it judge this model of the project, named as for promote.",
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
    model: Judged = None,
    as_json: AsJson = False,
) -> None:
    """Run one stage again, on the outputs of an earlier run.

    The settings are those of pipeline.yaml now, plus --set; any difference from the earlier run is
    printed. Stages below whose inputs changed are listed as stale. With --model the gate judges that
    model, such as an imported one; `digits promote` then takes it if it is blessed.
    """
    from pipeline.cli.arguments.past_run import find_run
    from pipeline.cli.printing.progress import show_progress
    from pipeline.runner.run import Selection
    from pipeline.runner.run_pipeline import run_pipeline
    from schemas.errors import UsageError

    if model and downstream:
        do = "digits promote makes a blessed model the champion"
        raise UsageError("--model and --downstream exclude each other", do=do)
    pipeline, store = open_project(context, overrides, file)
    check_stage(pipeline, stage)
    taken, again = find_run(store.artifacts, base) if base else None, list[str]()
    if model:
        again = ["rerun", stage, "--model", model]
        pipeline, stage = _with(model, stage, pipeline, store)
    with show_progress():
        finished = run_pipeline(pipeline, store, Selection(stage, None if downstream else stage, (stage,), taken))
    print_outcome(context, finished, as_json=as_json, again=again)


def _with(model: str, stage: str, pipeline: Pipeline, store: Store) -> tuple[Pipeline, str]:
    """Return the pipeline in which a stage judges a model of the project, and that stage's name there."""
    from pipeline.cli.arguments.models import find_version
    from pipeline.registry.bundles import JUDGE
    from pipeline.registry.change import intact
    from pipeline.registry.judging import judging

    return judging(pipeline, intact(find_version(store.artifacts, model), store), stage), JUDGE
