"""`digits selftest`: prove that a bundle is intact and answers as it did when it was exported."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import complete_model
from pipeline.cli.arguments.project import AsJson, artifacts_of

if TYPE_CHECKING:
    from pathlib import Path

    from inference.model.selftest import FormatProof, Selftest

__all__ = ["selftest"]

DAMAGED = 4
UNPROVEN = 1

Model = Annotated[
    str | None,
    typer.Argument(
        metavar="MODEL",
        autocompletion=complete_model,
        help="The model, as --model of predict takes it: a version, an alias, a run or a path. Default: the champion.",
    ),
]
Every = Annotated[
    bool,
    typer.Option("--all", help="Run every format of a model in the store, each in a process of its own."),
]


def selftest(context: typer.Context, model: Model = None, *, every: Every = False, as_json: AsJson = False) -> None:
    """Prove that a model is intact and answers as exported.

    Every file is checked against its hash, and the answers to the golden examples in the bundle against those stated
    there. Of a folder that is neither a model of the project nor named with its digest, FOLDER@DIGEST, only the files
    are checked and the digest is printed: the network is not opened. Exit code 1: it answers otherwise, has no golden
    examples, or was not opened. Exit code 4: a file is damaged.
    """
    from inference.model.selftest import selftest as prove
    from pipeline.cli.arguments.models import find_candidate, refusal

    chosen = find_candidate(context, model)
    registered = every and _is_registered(context, chosen.folder)
    done = prove(
        chosen.folder,
        every=every,
        registered=registered,
        vouched_for=chosen.vouched_for,
        content=chosen.content,
    )
    print(done.to_json() if as_json else _table(done))
    if done.damaged:
        print("files are damaged: digits run exports the champion again; copy another bundle again", file=sys.stderr)
        raise typer.Exit(DAMAGED)
    if not chosen.vouched_for:
        print(f"error: {refusal(context, str(model), chosen)}", file=sys.stderr)
        raise typer.Exit(UNPROVEN)
    if not done.sound:
        print("the model is not proven", file=sys.stderr)
        raise typer.Exit(UNPROVEN)


def _is_registered(context: typer.Context, folder: Path) -> bool:
    """Return whether a bundle lies in the store of the project."""
    from schemas.errors import UsageError

    try:
        store = artifacts_of(context) / "store"
    except UsageError:
        return False
    return folder.resolve().is_relative_to(store.resolve())


def _table(done: Selftest) -> str:
    from schemas.errors import printable

    rows = [("model", done.bundle), ("content", done.content)]
    damaged = ", ".join(done.damaged)
    rows.append(("files", f"damaged: {damaged}" if damaged else f"all {done.files} intact"))
    if not done.damaged and done.opened:
        rows.append(
            ("golden", f"{done.examples} examples" if done.examples else "no examples: made before there were any")
        )
    rows += [(each.format, _words(each)) for each in done.formats]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}  {printable(text)}" for name, text in rows)


def _words(proof: FormatProof) -> str:
    if proof.skipped:
        return f"not run: {proof.skipped}"
    return proof.problem or f"answers as exported; largest difference of a probability {proof.largest:.1g}"
