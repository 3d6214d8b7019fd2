"""The report of one run: one self-contained HTML file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.report.html.gallery import misread
from pipeline.report.html.markup import Html, command, element, joined, paragraph
from pipeline.report.material import AbsentError, Material, MissingError
from pipeline.report.sections.bundle import bundle
from pipeline.report.sections.champion import against_champion
from pipeline.report.sections.data import data
from pipeline.report.sections.metrics import calibration, confusions, curves, digits, metrics
from pipeline.report.sections.record import lineage, reproduction, run_command, stages, versions
from pipeline.report.sections.risk_coverage import risk_coverage
from pipeline.report.sections.trials import refusals, robustness
from pipeline.report.sections.verdict import head, rules
from schemas.errors import InputError
from schemas.manifest import write_atomically
from schemas.records.run import RunRecord

__all__ = ["STYLE", "render_report", "write_report"]

STYLE = Path(__file__).with_name("report.css")
NOTHING_FROM_OUTSIDE = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
HALVES = {"confusions", "calibration", "data", "lineage", "versions", "reproduction"}
SECTIONS: tuple[tuple[str, str, Callable[[Material], Html]], ...] = (
    ("rules", "The rules", rules),
    ("champion", "Against the champion", against_champion),
    ("metrics", "Metrics", metrics),
    ("confusions", "Confusion matrix", confusions),
    ("calibration", "Calibration", calibration),
    ("selection", "Risk and coverage", risk_coverage),
    ("digits", "Each {noun}", digits),
    ("misread", "Misread pictures", misread),
    ("robustness", "Pictures people take", robustness),
    ("refusals", "Pictures to refuse", refusals),
    ("curves", "Learning curves", curves),
    ("bundle", "The bundle", bundle),
    ("data", "Data", data),
    ("lineage", "Lineage", lineage),
    ("stages", "Stages and times", stages),
    ("versions", "Versions", versions),
    ("reproduction", "Reproduce this run", reproduction),
)


def write_report(material: Material, path: Path) -> int:
    """Write the report of a run atomically and return its size in bytes; raise OSError if that fails."""
    page = render_report(material).encode("utf-8", "backslashreplace")
    write_atomically(path, page.decode())
    return len(page)


def render_report(material: Material) -> str:
    """Return the report as HTML; a section with damaged artifacts says so, and missing ones are listed once."""
    record = material.record
    parts: dict[str, Html] = {}
    missing: list[tuple[str, MissingError]] = []
    sections = [(name, title.format(noun=material.noun), make) for name, title, make in SECTIONS]
    for name, title, make in sections:
        try:
            parts[name] = _section(name, title, make, material)
        except MissingError as error:
            missing.append((title, error))
    links = (element("a", title, href=f"#{name}") for name, title, _ in sections if name in parts)
    body = element(
        "body",
        head(material),
        element("nav", *links, aria_label="Sections"),
        *_left_out(missing, record),
        element("main", *parts.values()),
        element("footer", paragraph(f"digits, run {record.run}, started {record.started}")),
    )
    return (
        f'<!doctype html>\n<html lang="en">\n{_head(f"{record.outcome}: digits run {record.run}")}\n{body}\n</html>\n'
    )


def _head(title: str) -> Html:
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=NOTHING_FROM_OUTSIDE),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        Html('<link rel="icon" href="data:,">'),
        element("title", title),
        element("style", Html(STYLE.read_text(encoding="utf-8"))),
    )


def _left_out(missing: list[tuple[str, MissingError]], record: RunRecord) -> list[Html]:
    """List what is not in the report and why, each reason once, with the command that may produce it."""
    absent = [error for _, error in missing if isinstance(error, AbsentError)]
    lines: list[Html] = []
    if absent:
        kinds = ", ".join(dict.fromkeys(error.kind for error in absent))
        way = [" To produce them: ", command(run_command(record))] if absent[0].again else []
        lines.append(paragraph(f"This run has no {kinds}: {absent[0].why}.", *way, class_="missing"))
    titles: dict[str, list[str]] = {}
    for title, error in missing:
        if not isinstance(error, AbsentError):
            titles.setdefault(str(error), []).append(title)
    lines += [paragraph(f"{', '.join(named)}: {why}", class_="missing") for why, named in titles.items()]
    return lines


def _section(name: str, title: str, make: Callable[[Material], Html], material: Material) -> Html:
    try:
        content = make(material)
    except (InputError, OSError, ValueError) as damage:
        content = paragraph(f"Not shown: {damage}", class_="missing")
    return element("section", joined(element("h2", title), content), id=name, class_="half" if name in HALVES else "")
