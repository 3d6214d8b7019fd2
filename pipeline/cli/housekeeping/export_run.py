"""`digits export-run` and `digits import-run`: hand a run over."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.arguments.completion import complete_run
from pipeline.cli.arguments.past_run import RUN
from pipeline.cli.arguments.project import artifacts_of, same_project

__all__ = ["export_run", "import_run"]


def export_run(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", autocompletion=complete_run, help=RUN)],
    *,
    to: Annotated[Path, typer.Option("--to", metavar="FILE.tar", help="File to write.")],
) -> None:
    """Write a run and all that it was made from to one file.

    `digits import-run` takes it into another project, where `digits prove` can prove it.
    """
    from pipeline.cli.arguments.past_run import find_run
    from pipeline.housekeeping.hand_over import export_run as export
    from pipeline.housekeeping.sizes import size_of, size_text
    from schemas.errors import UsageError

    artifacts, file = artifacts_of(context), to.expanduser()
    if file.is_dir() or not file.parent.is_dir():
        raise UsageError(f"--to {file} cannot be written", expected="a file in a folder that exists")
    export(artifacts, find_run(artifacts, run), file)
    print(file)
    print(size_text(size_of(file)), file=sys.stderr)


def import_run(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.tar", help="A file that `digits export-run` has written.")],
) -> None:
    """Take a run from such a file into this project.

    Every file is checked against its hash. Exit code 4: the file is damaged or something else; then nothing changes.
    """
    from pipeline.housekeeping.hand_over import import_run as take

    runs = take(file.expanduser(), artifacts_of(context))
    print(runs[0])
    print(f"{same_project(context, 'prove', runs[0])} carries it out again", file=sys.stderr)
