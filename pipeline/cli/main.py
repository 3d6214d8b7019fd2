"""`digits`: the command line. It groups the commands and sets the exit code."""

from __future__ import annotations

import gc

gc.set_threshold(100_000)  # new objects between collections: with Python's 700, they take a twelfth of a cached run

import errno
import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pipeline.cli.arguments.command import ProjectCommand, ProjectGroup, ProjectSubgroup, read_later
from pipeline.cli.housekeeping.doctor import doctor
from pipeline.cli.housekeeping.export_run import export_run, import_run
from pipeline.cli.housekeeping.gc import gc as collect_garbage
from pipeline.cli.housekeeping.prove import prove
from pipeline.cli.housekeeping.verify import verify
from pipeline.cli.looking.compare import compare
from pipeline.cli.looking.lineage import lineage
from pipeline.cli.looking.report import report
from pipeline.cli.looking.runs import runs
from pipeline.cli.looking.show import show
from pipeline.cli.models.alias import alias
from pipeline.cli.models.export import export
from pipeline.cli.models.import_ import import_
from pipeline.cli.models.package import package
from pipeline.cli.models.promote import promote
from pipeline.cli.models.rollback import rollback
from pipeline.cli.models.selftest import selftest
from pipeline.cli.models.show import show as show_model
from pipeline.cli.models.table import models
from pipeline.cli.models.write import write
from pipeline.cli.process.leave import leave
from pipeline.cli.reading.cut import cut
from pipeline.cli.reading.predict import predict
from pipeline.cli.reading.score import score
from pipeline.cli.reading.serve import serve
from pipeline.cli.running.check import check
from pipeline.cli.running.plan import plan
from pipeline.cli.running.rerun import rerun
from pipeline.cli.running.run import run

if TYPE_CHECKING:
    from pipeline.cli.process.interrupt import Interrupted

__all__ = ["app", "main"]

RESUMES = {
    **dict.fromkeys(("run", "rerun"), "nothing incomplete was published: the same command resumes from here"),
    "score": "finished parts are kept: the same command resumes from here",
}

PANELS: dict[str, tuple[Callable[..., None], ...]] = {
    "Run the pipeline": (run, rerun, plan, check),
    "Look at runs": (runs, show, compare, report, lineage),
    "Read pictures": (predict, score, cut, serve),
    "Models": (models, promote, rollback, alias, export, import_, selftest, package),
    "Housekeeping": (verify, prove, export_run, import_run, collect_garbage, doctor),
}

app = typer.Typer(
    cls=ProjectGroup,
    name="digits",
    help="Train, evaluate and export a model that reads handwritten digits, and read pictures with it.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)
group = typer.Typer(cls=ProjectSubgroup, rich_markup_mode=None)
group.command(cls=ProjectCommand)(read_later(show_model))
group.command(cls=ProjectCommand)(read_later(write))
for panel, commands in PANELS.items():
    for command in commands:
        if command is models:
            app.add_typer(
                group,
                name="models",
                callback=models,
                invoke_without_command=True,
                rich_help_panel=panel,
                subcommand_metavar="[COMMAND] [ARGS]...",
            )
            continue
        settings = {"allow_extra_args": command is score}  # Beam's own options, after --
        app.command(cls=ProjectCommand, rich_help_panel=panel, context_settings=settings)(read_later(command))


def _print_version(asked: bool) -> None:  # noqa: FBT001  (typer passes it by position)
    if asked:
        from importlib.metadata import version

        print(f"digits {version('digits')}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    directory: Annotated[
        Path | None,
        typer.Option("-C", metavar="DIR", help="Project folder. Default: the nearest one upward with a pipeline.yaml."),
    ] = None,
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Store the options given before the command."""
    from pipeline.cli.process.interrupt import Interrupted

    del version
    context.obj = directory
    Interrupted.command = context.invoked_subcommand or ""


def main() -> None:
    """Run the command and end the process with its exit code."""
    try:
        _run()
    except SystemExit as end:
        if isinstance(end.code, int):
            leave(end.code)
        raise


def _run() -> None:
    """Run the command; print a DigitsError without traceback and exit with its code."""
    from pipeline.cli.process.interrupt import Interrupted, raise_on_signals
    from schemas.errors import DigitsError

    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would read the metadata of every distribution
    _open_closed_streams()
    raise_on_signals()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names outside the locale's encoding are escaped, not fatal
    try:
        app()
    except DigitsError as error:
        if Interrupted.raised:
            _end(Interrupted.raised)
        if "_DIGITS_COMPLETE" not in os.environ:  # completing: a message would land in the line being typed
            print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except OSError as error:
        _refused(f"{error.filename or 'input or output'}: {error.strerror}", error.errno)
    except MemoryError:
        _refused("out of memory", errno.ENOMEM)
    except Interrupted as signal:
        _end(signal)


def _refused(what: str, code: int | None) -> NoReturn:
    """Print what the machine refused, and what to do about it, if that is known."""
    from pipeline.runner.machine_errors import ADVICE

    print(f"error: {what}", file=sys.stderr)
    if code in ADVICE:
        print(f"  do:       {ADVICE[code]}", file=sys.stderr)
    sys.exit(1)


def _end(signal: Interrupted) -> NoReturn:
    """Print which signal ended the command and how to resume."""
    print("; ".join(filter(None, (signal.word, RESUMES.get(signal.command, "")))), file=sys.stderr)
    sys.exit(signal.exit_code)


def _open_closed_streams() -> None:
    """Open standard streams that the parent process closed; otherwise the next file opened would take their number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or os.fdopen(1, "w", closefd=False)
    sys.stderr = sys.stderr or os.fdopen(2, "w", closefd=False)
