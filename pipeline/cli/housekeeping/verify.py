"""`digits verify`: check every file in the store against its hash, and that nothing is gone that something needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.project import AsJson, artifacts_of

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.records.verification import Verification

__all__ = ["verify"]

ADVICE = {
    "misplaced": "the rest was not compared with what needs it: do that first, then digits verify",
    "damaged": "digits run recreates what the pipeline uses; digits verify --set-aside moves the rest out of the store",
    "missing": "digits run recreates what the pipeline uses; digits verify --set-aside forgets the rest",
    "history": "promotions.jsonl was edited or deleted: put a copy back; or digits verify --set-aside begins a new "
    "one, and digits rollback knows no champion before",
    "champion": "if no run recreates what the champion was made from: digits rollback, digits promote VERSION, or "
    "rm artifacts/champion, and the next model counts as the first",
}
SHOWN = 4
SetAside = Annotated[
    bool,
    typer.Option(
        "--set-aside", help="Move what is damaged, and the records of what is gone, to artifacts/.quarantine."
    ),
]


def verify(context: typer.Context, *, set_aside: SetAside = False, as_json: AsJson = False) -> None:
    """Check every artifact and the history of promotions.

    Every file is compared with its hash. Exit code 4: something is damaged, or gone although something needs it, or a
    file or folder of artifacts/ is of the wrong kind; all are named.
    """
    from pipeline.cli.printing.progress import show_progress
    from pipeline.history import hold
    from pipeline.housekeeping.missing import forget_missing
    from pipeline.pieces import misplaced
    from pipeline.promotions import begin_anew, mend
    from pipeline.store import Store
    from schemas.errors import InputError, printable
    from schemas.records.promotion import HISTORY

    artifacts = artifacts_of(context, checked=False)
    if not any(misplaced(artifacts)) and (artifacts / "store").is_dir():
        with hold(artifacts / "store"):
            if mend(artifacts):
                print("promotions.jsonl: an unfinished last line was removed; it promoted nothing", file=sys.stderr)
    with show_progress("verify"):
        found = _check(artifacts)
    if set_aside and not (found.sound or found.misplaced):
        for path in [*found.places, *([HISTORY] if found.history and (artifacts / HISTORY).is_file() else [])]:
            print(f"{printable(path)} moved to artifacts/{Store(artifacts).set_aside(path)}", file=sys.stderr)
        if found.history:
            with hold(artifacts / "store"):
                begin_anew(artifacts)
        forget_missing(artifacts)
        found = _check(artifacts)
    print(found.to_json() if as_json else _table(found))
    if not found.sound:
        print("\n".join(_advice(found)), file=sys.stderr)
        raise typer.Exit(InputError.exit_code)


def _check(artifacts: Path) -> Verification:
    """Check the store; what needs what is compared only if each piece of artifacts/ is what it must be."""
    from pipeline.housekeeping.missing import find_missing
    from pipeline.pieces import misplaced
    from schemas.records.verification import verify as check_store

    found = check_store(artifacts)
    found.misplaced = [str(error) for error in misplaced(artifacts)]
    if found.misplaced:
        found.history = []
    else:
        found.missing = find_missing(artifacts)
    return found


def _table(found: Verification) -> str:
    from schemas.errors import printable

    lines = [f"{found.artifacts:,} artifact{'s' * (found.artifacts != 1)} with {found.files:,} files"]
    lines += [f"wrong    {text}".replace("\n", "\n       ") for text in found.misplaced]
    lines += [f"damaged  {printable(path)}" for path in found.damaged]
    for path, who in found.missing.items():
        more = f"; and {len(who) - SHOWN} more" if len(who) > SHOWN else ""
        lines.append(f"missing  {printable(path)}\n         needed by {'; '.join(who[:SHOWN])}{more}")
    lines += [f"changed  promotions.jsonl: {what}" for what in found.history]
    if found.sound:
        lines.append(
            f"all {found.files:,} files are intact" if found.artifacts else "the store is empty: digits run fills it"
        )
    return "\n".join(lines)


def _advice(found: Verification) -> list[str]:
    """Return what to do about the damage."""
    lines = [ADVICE["misplaced"]] if found.misplaced else []
    lines += [ADVICE["damaged" if found.damaged else "missing"]] if found.damaged or found.missing else []
    lines += [ADVICE["history"]] if found.history else []
    trusted = any("the champion" in who for who in found.missing.values())
    return lines + ([ADVICE["champion"]] if trusted else [])
