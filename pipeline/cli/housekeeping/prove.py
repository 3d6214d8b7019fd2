"""`digits prove`: does a run produce the same artifacts again?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import complete_stage
from pipeline.cli.arguments.past_run import LatestRun
from pipeline.cli.arguments.project import AsJson, artifacts_of

if TYPE_CHECKING:
    from pipeline.housekeeping.prove import Proof

__all__ = ["prove"]

SHOWN = 12
NO_CAUSE = "nothing that is recorded has changed: another kind of processor, or a stage that is not deterministic"


def prove(
    context: typer.Context,
    run: LatestRun = None,
    *,
    stage: Annotated[
        str | None,
        typer.Option("--stage", metavar="STAGE", autocompletion=complete_stage, help="Prove this stage alone."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Carry a run out again and compare every artifact.

    It starts from the recorded inputs and settings. Nothing in the project changes. Exit code 1: something differs; it
    says what, and the likely cause.
    """
    from pipeline.cli.arguments.past_run import find_run
    from pipeline.cli.printing.progress import show_progress
    from pipeline.housekeeping.prove import prove as carry_out_again
    from pipeline.store import Store
    from schemas.errors import InputError
    from schemas.record import json_text

    artifacts = artifacts_of(context)
    record = find_run(artifacts, run)
    with show_progress():
        proofs = carry_out_again(artifacts.parent, Store(artifacts), record, stage)
    if not proofs:
        raise InputError(f"run {record.run} has no outputs to compare", do="digits run")
    print(json_text([each.to_values() for each in proofs]) if as_json else _table(record.run, proofs))
    if not all(each.identical for each in proofs):
        raise typer.Exit(1)


def _count(proofs: list[Proof]) -> str:
    return "1 artifact" if len(proofs) == 1 else f"{len(proofs)} artifacts"


def _table(run: str, proofs: list[Proof]) -> str:
    """Return the outputs with both digests; below, the first that differs, with the likely cause."""
    from pipeline.cli.printing.table import columns, hanging

    header = ("artifact", "recorded", "again", "")
    rows = [
        (f"{each.stage}.{each.output}", each.recorded[:8], each.again[:8], "identical" if each.identical else "differs")
        for each in proofs
    ]
    lines = [columns(header, rows, wrapped=3), ""]
    first = next((each for each in proofs if not each.identical), None)
    if first is None:
        lines.append(f"run {run} is proven: {_count(proofs)} came out the same")
        return "\n".join(lines)
    lines.append(hanging("differs", f"{first.stage}.{first.output}: {first.first_difference}"))
    lines.append(hanging("cause", first.cause or NO_CAUSE))
    if first.environments:
        compared = [(name, *values) for name, values in list(first.environments.items())[:SHOWN]]
        lines += ["", columns(("environment", "then", "now"), compared, wrapped=2)]
    return "\n".join(lines)
