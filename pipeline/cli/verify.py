"""`digits verify`: whether the store is as it was sealed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.project import AsJson, artifacts_of

if TYPE_CHECKING:
    from schemas.records.verification import Verification

__all__ = ["verify"]


ADVICE = {
    "damaged": "digits run makes again what the pipeline uses; digits verify --set-aside moves the rest out of the way",
    "missing": "digits run makes again what the pipeline uses",
    "champion": "rm artifacts/champion gives the champion up, if no run makes it: the next model counts as the first",
}
SetAside = Annotated[
    bool, typer.Option("--set-aside", help="Move what is damaged to artifacts/.quarantine, out of the store.")
]


def verify(context: typer.Context, *, set_aside: SetAside = False, as_json: AsJson = False) -> None:
    """Hash every file of every artifact; exits with 4 and the names where something is damaged."""
    from pipeline.cli.printing.progress import tell
    from pipeline.store import Store
    from schemas.errors import InputError
    from schemas.records.verification import verify as look

    artifacts = artifacts_of(context)
    with tell("verify"):
        found = look(artifacts)
    if set_aside and found.damaged:
        for path in found.places:
            print(f"{path} is kept in artifacts/{Store(artifacts).set_aside(path)}", file=sys.stderr)
        found = look(artifacts)
    print(found.model_dump_json(indent=2) if as_json else _table(found))
    if not found.sound:
        print("\n".join(_advice(found)), file=sys.stderr)
        raise typer.Exit(InputError.exit_code)


def _table(found: Verification) -> str:
    lines = [f"{found.artifacts} artifacts with {found.files} files"]
    lines += [f"{what}  {path}" for what in ("damaged", "missing") for path in getattr(found, what)]
    if found.sound:
        lines.append(
            "all is as it was sealed" if found.artifacts else "nothing is in the store yet: digits run fills it"
        )
    return "\n".join(lines)


def _advice(found: Verification) -> list[str]:
    """Say what brings the store back to order."""
    lines = [ADVICE["damaged" if found.damaged else "missing"]]
    return lines + ([ADVICE["champion"]] if "champion" in found.missing else [])
