"""`digits compare`: runs side by side."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import complete_run, offer
from pipeline.cli.arguments.past_run import RUN
from pipeline.cli.arguments.project import AsJson, artifacts_of

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.report.comparison import FigurePair, Picture, RunComparison
    from pipeline.report.table import RunTable

__all__ = ["compare", "summary", "table"]

LISTED = 10
FORMS = ("text", "markdown", "latex", "csv", "json")
Runs = Annotated[list[str], typer.Argument(metavar="RUN RUN", autocompletion=complete_run, help=RUN)]
Format = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="|".join(FORMS),
        autocompletion=offer(FORMS),
        help="Of the output; markdown, latex and csv are tables with a line for each run.",
    ),
]


def compare(context: typer.Context, runs: Runs, *, form: Format = "text", as_json: AsJson = False) -> None:
    """Compare two runs in all they differ in, or more in a table.

    Metrics that two runs measured on the same pictures come with paired 95 % intervals.
    """
    from pipeline.cli.arguments.past_run import find_run
    from pipeline.report.comparison import compare_runs
    from pipeline.report.material import Material
    from pipeline.report.table import tabulate
    from schemas.errors import UsageError, nearest

    if form not in FORMS:
        raise UsageError(f"there is no format {form}", expected=", ".join(FORMS), do=nearest(form, [*FORMS]))
    if len(runs) < 2:  # noqa: PLR2004  (a pair)
        raise UsageError("one run cannot be compared", expected="two runs or more", do=f"digits show {runs[0]}")
    artifacts = artifacts_of(context)
    materials = [Material(artifacts, find_run(artifacts, name)) for name in runs]
    form = "json" if as_json else form
    if len(materials) == 2 and form in {"text", "json"}:  # noqa: PLR2004
        pair = compare_runs(*materials)
        print(pair.to_json() if form == "json" else summary(pair))
    else:
        found = tabulate(materials)
        print(found.to_json() if form == "json" else table(found, artifacts, form))


def table(found: RunTable, artifacts: Path, form: str) -> str:
    """Return runs as a table: name, settings that differ, metrics; what else differs goes to standard error."""
    from pipeline.cli.printing.table import columns
    from pipeline.cli.printing.tabular import TABULAR
    from pipeline.history import run_names
    from pipeline.report.comparison import setting_text
    from schemas.errors import printable

    names = {run: name for name, run in run_names(artifacts).items()}
    header = ["run", *found.settings, *found.metrics]
    rows = [
        [
            names.get(each.run, each.run),
            *(setting_text(each.settings[key]) if key in each.settings else "" for key in found.settings),
            *(_figure(each.metrics[name], exact=form == "csv") for name in found.metrics),
        ]
        for each in found.runs
    ]
    for each in found.runs:
        for stage, text in each.others.items():
            print(printable(f"{names.get(each.run, each.run)}: {stage}: {text}"), file=sys.stderr)
    if form not in TABULAR:
        return columns(header, rows, wrapped=len(found.settings))
    return TABULAR[form]([*map(printable, header)], [[*map(printable, row)] for row in rows])


def _figure(value: float | None, *, exact: bool) -> str:
    return "" if value is None else repr(value) if exact else f"{value:.4f}"


def summary(found: RunComparison) -> str:
    """Return a comparison as text: changed settings, metrics, and pictures that got better or worse."""
    from pipeline.cli.printing.table import columns
    from pipeline.report.comparison import VALIDATION, setting_text
    from schemas.errors import printable

    parts = [f"first    {found.first}\nsecond   {found.second}"]
    changes = [f"{each.setting}: {setting_text(each.first)} -> {setting_text(each.second)}" for each in found.settings]
    changes += [f"{stage}: {text}" for stage, text in found.others.items()]
    parts.append("\n".join(map(printable, changes)) or "no setting differs")
    tested = [pair for pair in found.metrics if not pair.metric.startswith(VALIDATION)]
    evaluated = tested != [] and all(any(figures) for figures in zip(*map(_known, tested), strict=True))
    shown = [pair for pair in found.metrics if (evaluated and pair in tested) or all(_known(pair))]
    if shown:
        header = ("metric", "first", "second", "difference", "95 %")
        parts.append(columns(header, [_row(pair) for pair in shown], wrapped=0))
    parts.append(_pictures(found) if evaluated else found.unpaired)
    return "\n\n".join(parts)


def _known(pair: FigurePair) -> tuple[bool, bool]:
    return pair.first is not None, pair.second is not None


def _row(pair: FigurePair) -> tuple[str, ...]:
    values = ("not a number" if value is None else f"{value:.4f}" for value in (pair.first, pair.second))
    difference = "" if pair.difference is None else f"{pair.difference:+.4f}"
    interval = "" if pair.interval is None else f"{pair.interval[0]:+.4f} to {pair.interval[1]:+.4f}"
    return (pair.metric, *values, difference, interval)


def _pictures(found: RunComparison) -> str:
    if found.unpaired:
        return f"not paired: {found.unpaired}"
    counts = f"of {found.count:,} pictures {len(found.better)} got better and {len(found.worse)} got worse"
    test = f"(McNemar's exact test: p = {found.p:.3g})"
    return "\n".join([f"{counts} {test}", *_listed("better", found.better), *_listed("worse", found.worse)])


def _listed(title: str, pictures: list[Picture]) -> list[str]:
    from schemas.errors import printable

    shown = [f"{each.id}: {each.label} read as {each.first} -> {each.second}" for each in pictures[:LISTED]]
    lines = [f"{title:8} {printable(each)}" for each in shown]
    more = len(pictures) - len(lines)
    return lines + ([f"         and {more} more: --json lists them all"] if more > 0 else [])
