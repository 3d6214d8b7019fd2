"""`digits models write`: the bundle of a run that exported none."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.arguments.completion import complete_run
from pipeline.cli.arguments.project import artifacts_of, open_project

__all__ = ["write"]

Run = Annotated[
    str,
    typer.Argument(
        metavar="RUN", autocompletion=complete_run, help="A run's name, or the start or end of it; or latest."
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the path of the bundle only, below artifacts/.")]


def write(context: typer.Context, run: Run, *, quiet: Quiet = False) -> None:
    """Write the bundle of a run that the gate refused.

    Its model can then be used, and says that the gate refused it; nothing is promoted. `--model RUN` does this too.
    """
    from pipeline.cli.arguments.past_run import find_run
    from pipeline.cli.printing.progress import show_progress
    from pipeline.registry.bundles import standing
    from pipeline.registry.late_export import export_late

    record = find_run(artifacts_of(context), run)
    pipeline, store = open_project(context, file=record.file)
    with show_progress():
        path = export_late(record, pipeline, store)
    store.save_stat_cache()
    name = path.rpartition("/")[2]
    print(path if quiet else ", ".join(filter(None, [f"model {name}", standing(path, store)])))
