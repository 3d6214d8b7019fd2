"""`digits`: the commands put together, and what ends them."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pipeline.cli.arguments.command import ProjectCommand
from pipeline.cli.check import check
from pipeline.cli.compare import compare
from pipeline.cli.lineage import lineage
from pipeline.cli.plan import plan
from pipeline.cli.predict import predict
from pipeline.cli.report import report
from pipeline.cli.rerun import rerun
from pipeline.cli.run import run
from pipeline.cli.runs import runs
from pipeline.cli.score import score
from pipeline.cli.show import show
from pipeline.cli.verify import verify

if TYPE_CHECKING:
    from pipeline.cli.process.interrupt import Interrupted

__all__ = ["app", "main"]

GOES_ON = {
    **dict.fromkeys(("run", "rerun"), "nothing half-done was published: digits run continues from here"),
    "score": "what was scored is kept: the same command continues from here",
}

app = typer.Typer(
    name="digits",
    help="A pipeline that learns to read handwritten digits: ingest, preprocess, train, evaluate, export.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)
for command in (run, rerun, plan, check, runs, show, predict, verify, report, compare, lineage):
    app.command(cls=ProjectCommand)(command)
app.command(cls=ProjectCommand, context_settings={"allow_extra_args": True})(score)


def _print_version(asked: bool) -> None:  # noqa: FBT001  (typer calls it so)
    if asked:
        from importlib.metadata import version

        print(f"digits {version('digits')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    directory: Annotated[
        Path | None, typer.Option("-C", metavar="DIR", help="The project; by default the nearest folder upward.")
    ] = None,
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Keep the options that stand before the command."""
    from pipeline.cli.process.interrupt import Interrupted

    del version
    context.obj = directory
    Interrupted.command = context.invoked_subcommand or ""


def main() -> None:
    """Run the command, and end the process with its exit code."""
    try:
        _run()
    except SystemExit as end:
        if "tensorflow" in sys.modules and isinstance(end.code, int):
            from pipeline.cli.process.leave import leave

            leave(end.code)
        raise


def _run() -> None:
    """Run the command; an error a person can mend is printed without traceback, and sets the exit code."""
    from pipeline.cli.process.interrupt import Interrupted, raise_on_signals
    from schemas.errors import DigitsError

    _open_closed_streams()
    raise_on_signals()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a locale without umlauts is no reason to fail
    try:
        app()
    except DigitsError as error:
        if Interrupted.raised:
            _end(Interrupted.raised)
        if "_DIGITS_COMPLETE" not in os.environ:  # an error would stand in the line that is being typed
            print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        print(f"error: {error.filename or 'input or output'}: {error.strerror}", file=sys.stderr)
        sys.exit(1)
    except Interrupted as signal:
        _end(signal)


def _end(signal: Interrupted) -> NoReturn:
    """Say what ended the command, and what to do."""
    print("; ".join(filter(None, (signal.word, GOES_ON.get(signal.command, "")))), file=sys.stderr)
    sys.exit(signal.exit_code)


def _open_closed_streams() -> None:
    """Open the standard streams that whoever started us has closed: else the next file would take their place."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
