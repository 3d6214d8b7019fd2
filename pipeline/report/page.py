"""The report of one run: one HTML file that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.report.bundle import bundle
from pipeline.report.champion import against_champion
from pipeline.report.data import data
from pipeline.report.figures import calibration, confusions, curves, digits, metrics
from pipeline.report.gallery import misread
from pipeline.report.markup import Html, element, joined, paragraph
from pipeline.report.material import Material, MissingError
from pipeline.report.record import lineage, reproduction, stages, versions
from pipeline.report.selection import selection
from pipeline.report.trials import refusals, robustness
from pipeline.report.verdict import head, rules
from schemas.errors import InputError
from schemas.manifest import write_atomically

__all__ = ["STYLE", "render_report", "write_report"]

STYLE = Path(__file__).with_name("report.css")
NOTHING_FROM_OUTSIDE = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
HALVES = {"confusions", "calibration", "data", "lineage", "versions", "reproduction"}
SECTIONS: tuple[tuple[str, str, Callable[[Material], Html]], ...] = (
    ("rules", "The rules", rules),
    ("champion", "Against the champion", against_champion),
    ("metrics", "Metrics", metrics),
    ("confusions", "Confusions", confusions),
    ("calibration", "Calibration", calibration),
    ("selection", "Coverage against accuracy", selection),
    ("digits", "Each digit", digits),
    ("misread", "Misread digits", misread),
    ("robustness", "Pictures people take", robustness),
    ("refusals", "What is no digit", refusals),
    ("curves", "Learning curves", curves),
    ("bundle", "The bundle", bundle),
    ("data", "Data", data),
    ("lineage", "Lineage", lineage),
    ("stages", "Stages and times", stages),
    ("versions", "Versions", versions),
    ("reproduction", "Do it again", reproduction),
)


def write_report(material: Material, path: Path) -> int:
    """Write the report of a run into a file, by rename, and give its size in bytes; raises OSError."""
    page = render_report(material).encode("utf-8", "backslashreplace")
    write_atomically(path, page.decode())
    return len(page)


def render_report(material: Material) -> str:
    """Give the report as HTML; a section whose artifacts are missing or damaged says so."""
    record = material.record
    top = head(material)
    parts = [_section(name, title, make, material) for name, title, make in SECTIONS]
    links = (element("a", title, href=f"#{name}") for name, title, _ in SECTIONS)
    body = element(
        "body",
        top,
        element("nav", *links, aria_label="Sections"),
        element("main", *parts),
        element("footer", paragraph(f"digits, run {record.run}, begun {record.started}")),
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


def _section(name: str, title: str, make: Callable[[Material], Html], material: Material) -> Html:
    try:
        content = make(material)
    except MissingError as missing:
        content = paragraph(str(missing), class_="missing")
    except (InputError, OSError, ValueError) as damage:
        content = paragraph(f"Not shown: {damage}", class_="missing")
    return element("section", joined(element("h2", title), content), id=name, class_="half" if name in HALVES else "")
