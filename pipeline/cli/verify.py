"""`digits verify`: check every file in the store against its hash."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.project import AsJson, artifacts_of

if TYPE_CHECKING:
    from schemas.records.verification import Verification

__all__ = ["verify"]

ADVICE = {
    "damaged": "digits run recreates what the pipeline uses; digits verify --set-aside moves the rest out of the store",
    "missing": "digits run recreates what the pipeline uses",
    "history": "promotions.jsonl was edited: compare it with a copy; new promotions are appended to it all the same",
    "champion": "if no run recreates it, rm artifacts/champion: the next model then counts as the first",
}
SetAside = Annotated[
    bool, typer.Option("--set-aside", help="Move damaged versions out of the store, to artifacts/.quarantine.")
]


def verify(context: typer.Context, *, set_aside: SetAside = False, as_json: AsJson = False) -> None:
    """Check every file of every artifact against its hash, and the history of promotions.

    Exit code 4: something is damaged or missing; it is named.
    """
    from pipeline.cli.printing.progress import show_progress
    from pipeline.history import hold
    from pipeline.promotions import mend
    from pipeline.store import Store
    from schemas.errors import InputError
    from schemas.records.verification import verify as check_store

    artifacts = artifacts_of(context)
    if (artifacts / "store").is_dir():
        with hold(artifacts / "store"):
            if mend(artifacts):
                print("promotions.jsonl: an unfinished last line was removed; it promoted nothing", file=sys.stderr)
    with show_progress("verify"):
        found = check_store(artifacts)
    if set_aside and found.damaged:
        for path in found.places:
            print(f"{path} moved to artifacts/{Store(artifacts).set_aside(path)}", file=sys.stderr)
        found = check_store(artifacts)
    print(found.to_json() if as_json else _table(found))
    if not found.sound:
        print("\n".join(_advice(found)), file=sys.stderr)
        raise typer.Exit(InputError.exit_code)


def _table(found: Verification) -> str:
    lines = [f"{found.artifacts:,} artifacts with {found.files:,} files"]
    lines += [f"{what}  {path}" for what in ("damaged", "missing") for path in getattr(found, what)]
    lines += [f"changed  promotions.jsonl: {what}" for what in found.history]
    if found.sound:
        lines.append(
            f"all {found.files:,} files are intact" if found.artifacts else "the store is empty: digits run fills it"
        )
    return "\n".join(lines)


def _advice(found: Verification) -> list[str]:
    """Return what to do about the damage."""
    lines = [ADVICE["damaged" if found.damaged else "missing"]] if found.damaged or found.missing else []
    lines += [ADVICE["history"]] if found.history else []
    return lines + ([ADVICE["champion"]] if "champion" in found.missing else [])
