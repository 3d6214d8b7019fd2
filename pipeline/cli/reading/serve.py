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
    from inference.server.interfaces.correct import Keep
    from pipeline.cli.arguments.models import Chosen
    from schemas.artifacts.corrections import Correction, Kept

__all__ = ["serve"]

Host = Annotated[
    str | None,
    typer.Option(
        "--host",
        metavar="ADDRESS",
        help="Address to bind; 0.0.0.0 for all of this machine. Default: DIGITS_HOST, what a cloud asks for, or "
        "127.0.0.1.",
    ),
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port", metavar="N", help="Port to bind; 0 for a free one. Default: PORT, a cloud's own variable, or 8000."
    ),
]
Allowed = Annotated[
    list[str] | None,
    typer.Option("--allow-host", metavar="NAME", help="A name under which clients reach this server; repeatable."),
]


def serve(  # noqa: PLR0913  (each is an option)
    context: typer.Context,
    *,
    host: Host = None,
    port: Port = None,
    model: ModelOption = None,
    allowed: Allowed = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Serve a model: a page to draw on, and HTTP for programs.

    If DIGITS_TOKEN is set, requests must carry it as a bearer token. In a cloud's container the cloud's own environment
    variables say where to listen and what to serve.
    """
    from inference.model.threads import use_one_thread

    use_one_thread()
    from inference.server import serve as server
    from inference.server.cloud.environment import Environment, available_threads
    from schemas.errors import printable

    told = Environment.read(os.environ)
    chosen = _find_model(context, model, told.bundle, told.digest)
    options = server.Options(
        link=chosen.link,
        content=chosen.content,
        host=host or told.host,
        port=told.port if port is None else port,
        threads=available_threads(),
        hosts=told.hosts | {each.lower() for each in allowed or []},
        token=told.token,
        report=lambda: _find_report(chosen.link.parent) if chosen.link.name == "champion" else None,
        cloud=told.routes,
        keep=_keeper(context),
    )

    def announce(address: str, version: str) -> None:
        print(address, flush=True)
        name = chosen.name if version == chosen.version else version
        print(f"serving {printable(name)}; Ctrl-C stops", file=sys.stderr, flush=True)
        if show:
            _open(address)

    server.serve(options, announce)


def _find_model(context: typer.Context, model: str | None, folder: Path | None, digest: str) -> Chosen:
    """Return the model to serve: of the option, of the environment, of the project, or where a cloud has mounted one.

    Args:
        context: of the command.
        model: that the user asks for.
        folder: that the environment names.
        digest: that the environment states for the bundle in it; '' for none.

    Raises:
        InputError: there is no champion, the folder has no bundle, or nothing vouches for it.
        UsageError: no project, and no folder of a bundle; or nothing has that name.
    """
    from inference.model.pinned import pin
    from inference.server.cloud.model import find_bundle_in, find_mounted
    from pipeline.cli.arguments.models import find_model
    from schemas.errors import UsageError

    if folder and not model:
        found = find_bundle_in(folder).absolute()
        return find_model(context, pin(found, digest) if digest else str(found))
    try:
        return find_model(context, model)
    except UsageError:
        mounted = None if model else find_mounted()
        if mounted is None:
            raise
        return find_model(context, str(mounted))


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


def _keeper(context: typer.Context) -> Keep | None:
    """Return what stores a correction in the project; None without a project."""
    from schemas.errors import UsageError

    try:
        artifacts = artifacts_of(context)
    except UsageError:
        return None

    def keep(correction: Correction, picture: bytes) -> Kept:
        from pipeline.corrections import store_correction

        return store_correction(artifacts, correction, picture)

    return keep


def _open(address: str) -> None:
    import webbrowser

    if not webbrowser.open(address):
        print(f"no browser found: open {address} yourself", file=sys.stderr)
