"""`digits gc`: delete what nothing needs any more."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.project import AsJson, artifacts_of, same_project

if TYPE_CHECKING:
    from pipeline.housekeeping.collect import Collection, Item, Rule

__all__ = ["gc"]

AGE = re.compile(r"(\d+)(h|d|w)")
HOURS = {"h": 1, "d": 24, "w": 168}
NEWEST = 10
SHOWN = 3

KeepRuns = Annotated[
    int | None, typer.Option("--keep-runs", metavar="N", min=1, help="Keep the N newest runs. Default: 10.")
]
OlderThan = Annotated[
    str | None,
    typer.Option(
        "--older-than",
        metavar="AGE",
        help="Keep the runs younger than this, such as 12h, 30d or 8w; with --keep-runs, the N newest as well.",
    ),
]
Delete = Annotated[bool, typer.Option("--delete", help="Delete; without it, only say what would go.")]


def gc(
    context: typer.Context,
    *,
    keep_runs: KeepRuns = None,
    older_than: OlderThan = None,
    delete: Delete = False,
    as_json: AsJson = False,
) -> None:
    """Show what may be deleted and what that frees.

    --delete deletes it. Always kept: the latest run, runs with a name, the champion, the champion before, bundles with
    an alias, all that these were made from, and what a running process uses.
    """
    from pipeline.housekeeping.collect import collect

    found = collect(artifacts_of(context), _rule(keep_runs, older_than), delete=delete)
    if as_json:
        print(found.to_json())
        return
    print(table(found))
    if (found.goes or found.executions) and not delete:
        options = [f"--keep-runs {keep_runs}" if keep_runs else "", f"--older-than {older_than}" if older_than else ""]
        again = same_project(context, "gc", *" ".join(filter(None, options)).split(), "--delete")
        print(f"nothing was deleted: {again} deletes what goes", file=sys.stderr)


def table(found: Collection) -> str:
    """Return what goes and what is kept as text."""
    from pipeline.cli.printing.table import columns
    from pipeline.housekeeping.sizes import size_text
    from schemas.errors import printable

    def rows(items: list[Item]) -> list[tuple[str, str, str]]:
        return [(printable(each.path), size_text(each.size), _why(each.why)) for each in items]

    goes, go = ("deleted", "were deleted") if found.deleted else ("goes", "go")
    parts = [
        columns((title, "size", "why"), rows(items), wrapped=2)
        for title, items in ((goes, found.goes), ("kept", found.kept), ("left alone", found.elsewhere))
        if items
    ]
    what = f"{len(found.goes):,} runs and artifacts and {found.executions:,} records of executions {go}"
    parts.append(
        f"{what}; this frees {size_text(found.frees)}" if found.goes or found.executions else "nothing to delete"
    )
    return "\n\n".join(parts)


def _rule(keep_runs: int | None, older_than: str | None) -> Rule:
    from pipeline.housekeeping.collect import Rule
    from schemas.errors import UsageError

    if older_than is None:
        return Rule(newest=keep_runs or NEWEST)
    match = AGE.fullmatch(older_than)
    if match is None:
        raise UsageError(f"--older-than {older_than} is not an age", expected="12h, 30d or 8w")
    since = datetime.now(UTC) - timedelta(hours=int(match[1]) * HOURS[match[2]])
    return Rule(newest=keep_runs, since=since.isoformat(timespec="seconds"), since_text=older_than)


def _why(reasons: list[str]) -> str:
    """Return the first reasons, and the number of the others."""
    more = len(reasons) - SHOWN
    return "; ".join([*reasons[:SHOWN], *([f"and {more} more"] if more > 0 else [])])
