"""`digits export-run` and `digits import-run`: hand a run over."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.arguments.completion import complete_run
from pipeline.cli.arguments.past_run import RUN
from pipeline.cli.arguments.project import AsJson, artifacts_of, same_project

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
    from schemas.errors import UsageError, printable

    artifacts, file = artifacts_of(context), to.expanduser()
    if file.is_dir() or not file.parent.is_dir():
        raise UsageError(f"--to {file} cannot be written", expected="a file in a folder that exists")
    export(artifacts, find_run(artifacts, run), file)
    print(printable(str(file)))
    print(size_text(size_of(file)), file=sys.stderr)


def import_run(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.tar", help="A file that `digits export-run` has written.")],
    *,
    as_json: AsJson = False,
) -> None:
    """Take an exported run into this project.

    Every file is checked against its hash. A run that is already here stays as it is, and is said to be here. Exit
    code 4: the file is damaged or something else; then nothing changes.
    """
    from pipeline.housekeeping.hand_over import import_run as take
    from schemas.record import json_text

    taken = take(file.expanduser(), artifacts_of(context))
    if as_json:
        print(json_text({"run": taken.run, "others": taken.others, "added": taken.added, "was_here": taken.was_here}))
        return
    print(taken.run)
    if taken.was_here:
        print("already here: nothing was added", file=sys.stderr)
    elif f"runs/{taken.run}" not in taken.added:
        print(f"already here, but {len(taken.added)} of its parts were gone and are back", file=sys.stderr)
    print(f"{same_project(context, 'prove', taken.run)} carries it out again", file=sys.stderr)
