"""`digits runs`: list past runs, name them, delete them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import RunsOfFile, complete_run
from pipeline.cli.arguments.project import AsJson, runs_of

if TYPE_CHECKING:
    from pathlib import Path

    from schemas.records.run import RunRecord

__all__ = ["runs"]

SORTED = ("started", "seconds")
LOWER_IS_BETTER = ("log_loss", "calibration_error")

Limit = Annotated[int, typer.Option("-n", "--limit", metavar="N", min=1, help="How many to list.")]
Metric = Annotated[
    list[str] | None,
    typer.Option("--metric", metavar="METRIC", help="Show this metric; repeatable. Default: accuracy."),
]
Sort = Annotated[
    str,
    typer.Option(
        "--sort", metavar="BY", help="started: newest first; seconds: longest first; or a metric: best first."
    ),
]
Name = Annotated[
    tuple[str, str] | None,
    typer.Option("--name", metavar="RUN NAME", help='Name a run; commands take the name for it. "" removes it.'),
]
DeleteRun = Annotated[
    str | None,
    typer.Option(
        "--delete",
        metavar="RUN",
        autocompletion=complete_run,
        help="Delete a run, and the artifacts that it made and nothing else needs.",
    ),
]


def runs(  # noqa: PLR0913  (each is an option)
    context: typer.Context,
    number: Limit = 20,
    *,
    file: RunsOfFile = None,
    metrics: Metric = None,
    sort: Sort = "started",
    name: Name = None,
    delete: DeleteRun = None,
    as_json: AsJson = False,
) -> None:
    """List the runs, newest first; or name or delete one.

    `set` is the file of -f, what --set changed, and whether the file was another one than there is now.
    """
    from pipeline.history import read_runs
    from pipeline.specification.stage import FILE

    artifacts, of = runs_of(context, file)
    if name:
        _name(artifacts, *name)
        return
    if delete:
        _delete(artifacts, delete)
        return
    records = _sorted([run for run in read_runs(artifacts) if of in {None, run.file or FILE}], sort)
    listed = records[:number]
    if as_json:
        print(_json(artifacts, listed))
        return
    if not records:
        print(
            f"no runs of {of} yet: start one with digits run -f {of}"
            if of
            else "no runs yet: start one with digits run"
        )
        return
    from pipeline.cli.printing.runs_table import runs_table

    print(runs_table(artifacts, listed, metrics or ["accuracy"]))
    if len(records) > number:
        print(f"{number} of {len(records):,} runs: --limit {len(records)} lists all", file=sys.stderr)


def _sorted(records: list[RunRecord], by: str) -> list[RunRecord]:
    from schemas.errors import UsageError, nearest

    if by == "started":
        return records
    known = [*SORTED, *dict.fromkeys(name for record in records for name in record.metrics)]
    if by not in known:
        hint = nearest(by, known) or f"there are {', '.join(known)}"
        raise UsageError(f"--sort {by} is neither a column nor a metric of a run", do=hint)
    sign = 1 if by in LOWER_IS_BETTER else -1
    values = {record.run: record.seconds if by == "seconds" else record.metrics.get(by) for record in records}

    def place(record: RunRecord) -> tuple[bool, float]:
        value = values[record.run]
        return value is None, sign * (value or 0.0)

    return sorted(records, key=place)


def _json(artifacts: Path, records: list[RunRecord]) -> str:
    """Return the records with the names of the runs, and the bytes of their folders and of their artifacts."""
    from pipeline.history import run_names
    from pipeline.housekeeping.sizes import size_of
    from schemas.record import json_text

    names = {run: name for name, run in run_names(artifacts).items()}
    more = [
        {
            "name": names.get(record.run),
            "size": size_of(artifacts / "runs" / record.run),
            "artifacts_size": size_of(*(artifacts / path for path in record.outputs)),
        }
        for record in records
    ]
    return json_text([record.to_values() | each for record, each in zip(records, more, strict=True)])


def _name(artifacts: Path, run: str, name: str) -> None:
    from pipeline.cli.arguments.past_run import find_run
    from pipeline.history import name_run

    found = find_run(artifacts, run).run
    name_run(artifacts, found, name.strip())
    print(f"{found} is named {name.strip()}" if name.strip() else f"{found} has no name")


def _delete(artifacts: Path, run: str) -> None:
    from pipeline.cli.arguments.past_run import find_run
    from pipeline.housekeeping.collect import delete_run
    from pipeline.housekeeping.sizes import size_text

    found = delete_run(artifacts, find_run(artifacts, run).run)
    print("\n".join(f"deleted {each.path}" for each in found.goes))
    print(f"this frees {size_text(found.frees)}", file=sys.stderr)
