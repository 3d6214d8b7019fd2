"""`digits compare`: two runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import complete_run
from pipeline.cli.arguments.past_run import RUN
from pipeline.cli.arguments.project import AsJson, artifacts_of

if TYPE_CHECKING:
    from pipeline.report.comparison import FigurePair, Picture, RunComparison

__all__ = ["compare", "summary"]

LISTED = 10
First = Annotated[str, typer.Argument(metavar="FIRST", autocompletion=complete_run, help=RUN)]
Second = Annotated[str, typer.Argument(metavar="SECOND", autocompletion=complete_run, help="Another run.")]


def compare(context: typer.Context, first: First, second: Second, *, as_json: AsJson = False) -> None:
    """Compare two runs: settings, metrics and changed pictures.

    Metrics that both runs measured on the same pictures come with paired 95 % intervals.
    """
    from pipeline.cli.arguments.past_run import find_run
    from pipeline.report.comparison import compare_runs
    from pipeline.report.material import Material

    artifacts = artifacts_of(context)
    found = compare_runs(*(Material(artifacts, find_run(artifacts, name)) for name in (first, second)))
    print(found.to_json() if as_json else summary(found))


def summary(found: RunComparison) -> str:
    """Return a comparison as text: changed settings, metrics, and pictures that got better or worse."""
    from pipeline.cli.printing.table import columns
    from pipeline.report.comparison import setting_text

    parts = [f"first    {found.first}\nsecond   {found.second}"]
    changes = [f"{each.setting}: {setting_text(each.first)} -> {setting_text(each.second)}" for each in found.settings]
    changes += [f"{stage}: {text}" for stage, text in found.others.items()]
    parts.append("\n".join(changes) or "no setting differs")
    evaluated = all(any(figures) for figures in zip(*map(_known, found.metrics), strict=True))
    if found.metrics and evaluated:
        header = ("metric", "first", "second", "difference", "95 %")
        parts.append(columns(header, [_row(pair) for pair in found.metrics], wrapped=0))
    parts.append(_pictures(found) if evaluated and found.metrics else found.unpaired)
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
    lines = [f"{title:8} {each.id}: {each.label} read as {each.first} -> {each.second}" for each in pictures[:LISTED]]
    more = len(pictures) - len(lines)
    return lines + ([f"         and {more} more: --json lists them all"] if more > 0 else [])
