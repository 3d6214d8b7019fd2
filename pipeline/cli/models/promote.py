"""`digits promote`: make a model the champion, or give it to TensorFlow Serving."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.arguments.completion import complete_model
from pipeline.cli.arguments.project import artifacts_of
from pipeline.cli.models.show import MODEL

__all__ = ["promote"]

Wanted = Annotated[
    str | None,
    typer.Argument(
        metavar="MODEL", autocompletion=complete_model, help=f"{MODEL} With --to, the default is the champion."
    ),
]
To = Annotated[
    Path | None,
    typer.Option(
        "--to",
        metavar="DIR",
        help="Write it there as the newest version for TensorFlow Serving; the champion stays.",
    ),
]
Override = Annotated[bool, typer.Option("--override", help="Promote what no gate has blessed; needs --reason.")]
Reason = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Why; it is recorded for ever and shown with the model.")
]


def promote(
    context: typer.Context, model: Wanted = None, *, to: To = None, override: Override = False, reason: Reason = None
) -> None:
    """Make a model the champion, at once.

    The gate must have blessed it; --override promotes any other, for a --reason that the history keeps.
    """
    from pipeline.champion import champion
    from pipeline.cli.arguments.models import find_version
    from pipeline.registry.change import promote_version, serve_version
    from pipeline.store import Store
    from schemas.errors import UsageError, printable

    if override != bool(reason and reason.strip()):
        raise UsageError("--override and --reason belong together", do='add --override --reason "..."')
    if model is None and to is None:
        raise UsageError("promote needs a model", do="digits models lists them")
    artifacts = artifacts_of(context)
    path, store = find_version(artifacts, model or "champion"), Store(artifacts)
    why = " ".join((reason or "").split()) or None
    if to:
        number = serve_version(path, to.expanduser(), store, why)
        print(printable(f"{to / str(number)} is {Path(path).name}"))
        return
    before = champion(artifacts)
    promote_version(path, store, why)
    name, old = Path(path).name, Path(before).name if before else "none"
    print(f"{name} is the champion already" if before == path else f"champion {name} (before: {old})")
