"""Report section on the data: sources, splits, classes and warnings."""

from __future__ import annotations

from pipeline.report.html.markup import Html, details, element, joined, paragraph, table
from pipeline.report.html.words import plural
from pipeline.report.material import Material
from schemas.artifacts.statistics import StatisticsRecord

__all__ = ["data"]

LISTED = 50


def data(material: Material) -> Html:
    """Return the source, the splits, the classes and the warnings."""
    found = material.statistics
    notice = [paragraph(found.source.notice, class_="notice")] if found.source.notice else []
    return joined(
        paragraph(f"From {found.source.dataset}. Test pictures that are in the train split too: {found.overlap:,}."),
        *notice,
        _warnings(found),
        _splits(found),
        _classes(found),
        *_sources(found),
    )


def _warnings(found: StatisticsRecord) -> Html:
    if not found.warnings:
        return paragraph("No warnings.")
    return joined(
        element("h3", plural(len(found.warnings), "warning")),
        element("ul", *(element("li", warning) for warning in found.warnings)),
    )


def _splits(found: StatisticsRecord) -> Html:
    rows = [
        (name, f"{each.count:,}", _share(each.mean), _share(each.std), f"{each.duplicates:,}")
        for name, each in found.splits.items()
    ]
    header = ("split", "pictures", "mean", "deviation", "duplicates")
    return table(
        "The splits as ingested; mean and deviation of pixels scaled to 0 to 1",
        header,
        rows,
        numbers=(1, 2, 3, 4),
        unseen=False,
    )


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:.4f}"


def _classes(found: StatisticsRecord) -> Html:
    splits = list(found.splits)
    names = list(dict.fromkeys(name for split in found.splits.values() for name in split.classes))
    rows = [(name, *(f"{found.splits[split].classes.get(name, 0):,}" for split in splits)) for name in names]
    return details(
        f"Pictures per class, {len(names)} classes",
        table("Classes", ("class", *splits), rows, numbers=range(1, len(splits) + 1)),
    )


def _sources(found: StatisticsRecord) -> list[Html]:
    parts: list[Html] = []
    if len(found.sources) > 1:
        rows = [
            (each.source.dataset, each.prefix, ", ".join(f"{count:,} {name}" for name, count in each.splits.items()))
            for each in found.sources
        ]
        parts.append(table("Sources", ("source", "id prefix", "pictures"), rows))
    unreadable = [each for source in found.sources for each in source.unreadable]
    if unreadable:
        files = [(each.path, each.reason) for each in unreadable[:LISTED]]
        parts.append(
            details(f"{plural(len(unreadable), 'file')} left out", table("Files left out", ("file", "why"), files))
        )
    if skipped := sum(source.skipped for source in found.sources):
        parts.append(paragraph(f"{plural(skipped, 'file')} skipped: hidden, or not named like a picture."))
    return parts
