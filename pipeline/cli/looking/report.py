"""`digits report`: everything about a run in one HTML file."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.arguments.completion import RunsOfFile
from pipeline.cli.arguments.past_run import LatestRun
from pipeline.cli.arguments.project import runs_of, same_project

__all__ = ["report"]

REPORT, RUNNING = "report.html", "running.html"
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="File to write. Default: report.html in the run's folder.")
]


def report(
    context: typer.Context,
    run: LatestRun = None,
    *,
    file: RunsOfFile = None,
    show: Annotated[bool, typer.Option("--open", help="Open the report in the browser.")] = False,
    out: Out = None,
) -> None:
    """Write the report of a run as one HTML file.

    The file is self-contained: it needs no network. While the run is running, it is running.html.
    """
    from pipeline.cli.arguments.past_run import find_run
    from pipeline.report.material import Material
    from pipeline.report.page import write_report
    from schemas.errors import UsageError, printable

    artifacts, of = runs_of(context, file)
    record = find_run(artifacts, run, of)
    material = Material(artifacts, record)
    running = record.outcome == "running"
    path = out.expanduser() if out else material.folder / (RUNNING if running else REPORT)
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"--out {path} cannot be written", expected="a file in a folder that exists")
    size = write_report(material, path)
    print(printable(os.path.relpath(path)))
    print(f"{size / 1e6:.1f} MB, self-contained", file=sys.stderr)
    if running:
        print(
            f"the run is still running: {same_project(context, 'report', record.run)} again once it has ended",
            file=sys.stderr,
        )
    if show:
        _open(path)


def _open(path: Path) -> None:
    import webbrowser

    if not webbrowser.open(path.absolute().as_uri()):
        print(f"no browser found: open {path.absolute()} yourself", file=sys.stderr)
