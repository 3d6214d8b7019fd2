"""`digits runs`: list past runs."""

from __future__ import annotations

from itertools import islice
from typing import Annotated

import typer

from pipeline.cli.arguments.project import AsJson, artifacts_of

__all__ = ["runs"]


def runs(
    context: typer.Context,
    number: Annotated[int, typer.Option("-n", metavar="N", min=1, help="How many to list.")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """List the runs, newest first."""
    from pipeline.cli.printing.table import columns
    from pipeline.history import read_runs

    records = list(islice(read_runs(artifacts_of(context)), number))
    if as_json:
        print("[" + ",\n".join(record.to_json() for record in records) + "]")
        return
    if not records:
        print("no runs yet: start one with digits run")
        return
    rows = [
        (
            record.run,
            record.outcome,
            "" if (accuracy := record.metrics.get("accuracy")) is None else f"{accuracy:.4f}",
            ", ".join(stage.stage for stage in record.stages if stage.outcome == "ran") or "nothing",
            f"{record.seconds:.1f}",
        )
        for record in records
    ]
    print(columns(("run", "outcome", "accuracy", "ran", "seconds"), rows, wrapped=3))
