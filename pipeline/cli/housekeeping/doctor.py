"""`digits doctor`: is the installation sound, and the project?"""

from __future__ import annotations

import typer

from pipeline.cli.arguments.project import AsJson, artifacts_of

__all__ = ["doctor"]

COLOURS = {"ok": "green", "warning": "yellow", "broken": "red"}


def doctor(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Examine the installation, the store and the network.

    Exit code 1: something is broken; each line says what to do.
    """
    from pipeline.cli.printing.table import hanging, paint
    from pipeline.housekeeping.doctor import examine
    from schemas.errors import UsageError
    from schemas.record import json_text

    try:
        artifacts = artifacts_of(context, checked=False)
    except UsageError:
        if context.obj:
            raise
        artifacts = None  # outside a project, the installation alone is examined
    found = examine(artifacts)
    if as_json:
        print(json_text([each.to_values() for each in found]))
    else:
        for each in found:
            print(hanging(paint(each.state.ljust(7), COLOURS[each.state]), f"  {each.what}: {each.found}"))
            if each.do:
                print(hanging("", f"  do: {each.do}"))
    if any(each.state == "broken" for each in found):
        raise typer.Exit(1)
