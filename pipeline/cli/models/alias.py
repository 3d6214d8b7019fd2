"""`digits alias`: names for models."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.arguments.completion import complete_model
from pipeline.cli.arguments.project import AsJson, artifacts_of
from pipeline.cli.models.show import MODEL

__all__ = ["alias"]

Name = Annotated[
    str | None, typer.Argument(metavar="NAME", help="Small letters, digits, - and _, a letter first. Default: list.")
]
Wanted = Annotated[
    str | None,
    typer.Argument(metavar="MODEL", autocompletion=complete_model, help=f"{MODEL} Default: show what NAME stands for."),
]
Remove = Annotated[bool, typer.Option("--remove", help="Remove NAME; the model stays.")]


def alias(
    context: typer.Context,
    name: Name = None,
    model: Wanted = None,
    *,
    remove: Remove = False,
    as_json: AsJson = False,
) -> None:
    """Name a model, or list the names.

    An alias can be given wherever a version can: `--model staging`.
    """
    from pipeline.aliases import aliases, check_alias, remove_alias, set_alias
    from pipeline.cli.arguments.models import find_version
    from schemas.errors import InputError, UsageError

    artifacts = artifacts_of(context)
    if remove:
        if name is None or model is not None:
            raise UsageError("--remove takes one alias", do="digits alias NAME --remove")
        remove_alias(artifacts, name)
    elif name and model:
        check_alias(name)
        set_alias(artifacts, name, find_version(artifacts, model))
    found = {each: Path(path).name for each, path in aliases(artifacts).items()}
    if name and not remove:
        if name not in found:
            raise InputError(f"there is no alias {name}", do=f"digits alias {name} MODEL makes it one")
        found = {name: found[name]}
    _print(found, as_json=as_json)


def _print(found: dict[str, str], *, as_json: bool) -> None:
    import json

    from schemas.errors import printable

    if as_json:
        print(json.dumps(found, indent=2))
    else:
        print("\n".join(f"{printable(name)}  {printable(version)}" for name, version in found.items()) or "no aliases")
