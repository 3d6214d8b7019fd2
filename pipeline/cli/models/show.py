"""`digits models show`: everything about one model."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.arguments.completion import complete_model
from pipeline.cli.arguments.project import AsJson, artifacts_of
from schemas.errors import printable

if TYPE_CHECKING:
    from pipeline.registry.entry import ModelEntry
    from schemas.artifacts.blessing import Verdict
    from schemas.records.promotion import Promotion

__all__ = ["MODEL", "Named", "show"]

MODEL = "A version or its digest, or the start of either; an alias; a run, latest or champion."
Named = Annotated[str, typer.Argument(metavar="MODEL", autocompletion=complete_model, help=MODEL)]


def show(context: typer.Context, model: Named, *, as_json: AsJson = False) -> None:
    """Show a model: promotions, verdict, lineage and card."""
    from pipeline.cli.arguments.models import find_version
    from pipeline.registry.bundles import verdict_on
    from pipeline.registry.entry import describe
    from pipeline.store import Store
    from schemas.record import json_text
    from schemas.records.promotion import read_history

    artifacts = artifacts_of(context)
    path = find_version(artifacts, model)
    entry, verdict = describe(artifacts, path), verdict_on(path, Store(artifacts))
    promotions = [each for each in read_history(artifacts).promotions if path in {each.bundle, each.before}]
    card = artifacts / path / "README.md"
    text = card.read_text(encoding="utf-8", errors="replace") if card.is_file() else ""
    if as_json:
        values = entry.to_values() | {
            "promotions": [each.to_values() for each in promotions],
            "verdict": verdict.to_values() if verdict else None,
            "card": text,
        }
        print(json_text(values))
        return
    parts = [_names(entry, artifacts), _promotions(promotions, path), _verdict(verdict), _lineage(artifacts, path)]
    print("\n\n".join(filter(None, [*parts, _lines(_without_front_matter(text))])))


def _names(entry: ModelEntry, artifacts: Path) -> str:
    marks = [word for word, holds in (("champion", entry.champion), ("previous champion", entry.previous)) if holds]
    rows = {
        "model": ", ".join(filter(None, [entry.version, *marks, entry.standing])),
        "aliases": ", ".join(entry.aliases),
        "made by": f"run {entry.run}" if entry.run else "",
        "judged by": f"run {entry.judged_by}" if entry.judged_by else "",
        "digest": entry.content,
        "folder": str(artifacts / entry.path),
    }
    return "\n".join(f"{name:11}{printable(value)}" for name, value in rows.items() if value)


def _promotions(promotions: list[Promotion], path: str) -> str:
    """Return a line for each promotion of a bundle, and for each that put another in its place."""
    lines: list[str] = []
    for each in promotions:
        who = f"run {each.run}" if each.run else f"digits {each.by}"
        if each.to and each.bundle == path:
            text = f"written to {each.to} by {who}"
        elif each.to:
            continue
        elif each.bundle == path:
            text = f"became champion by {who}"
        else:
            text = f"gave way to {Path(each.bundle).name} by {who}"
        reason = f", override: {each.override}" if each.override else ""
        lines.append(printable(f"{each.time}  {text}{reason}"))
    return "\n".join(lines)


def _verdict(verdict: Verdict | None) -> str:
    from pipeline.cli.printing.verdict import verdict_lines

    return "\n".join(verdict_lines(verdict, kept=False)) if verdict else ""


def _lineage(artifacts: Path, path: str) -> str:
    from pipeline.report.lineage.graph import trace_artifact
    from pipeline.report.lineage.tree import draw_tree
    from schemas.errors import DigitsError

    try:
        traced = trace_artifact(artifacts, path)
    except DigitsError as error:
        return f"lineage  not known: {error.headline}"
    return draw_tree(traced, shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize)


def _lines(text: str) -> str:
    """Return a text of several lines, in which nothing but its line breaks can move the cursor."""
    return "\n".join(map(printable, text.split("\n")))


def _without_front_matter(card: str) -> str:
    parts = card.split("---\n", 2)
    return (parts[2] if card.startswith("---\n") and len(parts) > 2 else card).strip()  # noqa: PLR2004
