"""`digits serve`: a page to draw on, and HTTP interfaces for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import ModelOption
from pipeline.cli.arguments.project import artifacts_of

if TYPE_CHECKING:
    from schemas.artifacts.corrections import Correction, Kept

__all__ = ["serve"]

MOST_THREADS = 8
TOKEN = "DIGITS_TOKEN"  # noqa: S105  (the name of the variable)

Host = Annotated[
    str, typer.Option("--host", metavar="ADDRESS", help="Address to bind; 0.0.0.0 for all of this machine.")
]
Port = Annotated[
    int, typer.Option("--port", metavar="N", envvar="PORT", help="Port to bind; 0 for a free one. Default: 8000.")
]
Allowed = Annotated[
    list[str] | None,
    typer.Option("--allow-host", metavar="NAME", help="A name under which clients reach this server; repeatable."),
]


def serve(  # noqa: PLR0913  (each is an option)
    context: typer.Context,
    *,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    model: ModelOption = None,
    allowed: Allowed = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Serve the champion: a page to draw digits on, and HTTP interfaces for programs.

    If DIGITS_TOKEN is set, requests must carry it as a bearer token.
    """
    from inference.model.threads import use_one_thread

    use_one_thread()
    from inference.server import serve as server
    from pipeline.cli.arguments.models import find_model

    chosen = find_model(context, model)
    options = server.Options(
        link=chosen.link,
        host=host,
        port=port,
        threads=min(_processors(), MOST_THREADS),
        hosts=frozenset(each.lower() for each in allowed or []),
        token=os.environ.get(TOKEN, ""),
        report=lambda: None if model else _find_report(artifacts_of(context)),
        keep=lambda correction, picture: _keep(artifacts_of(context), correction, picture),
    )

    def announce(address: str, version: str) -> None:
        print(address, flush=True)
        name = chosen.name if version == chosen.folder.name else version
        print(f"serving {name}; Ctrl-C stops", file=sys.stderr, flush=True)
        if show:
            _open(address)

    server.serve(options, announce)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1  # macOS


def _find_report(artifacts: Path) -> Callable[[], str] | None:
    """Return a function that renders the report of the run that made the champion; None if that run is not here."""
    from pipeline.cli.arguments.past_run import find_run
    from pipeline.report.material import Material
    from pipeline.report.page import render_report
    from schemas.errors import DigitsError

    try:
        run = find_run(artifacts, "champion")
    except DigitsError:
        return None
    return lambda: render_report(Material(artifacts, run))


def _keep(artifacts: Path, correction: Correction, picture: bytes) -> Kept:
    from pipeline.corrections import store_correction

    return store_correction(artifacts, correction, picture)


def _open(address: str) -> None:
    import webbrowser

    if not webbrowser.open(address):
        print(f"no browser found: open {address} yourself", file=sys.stderr)
