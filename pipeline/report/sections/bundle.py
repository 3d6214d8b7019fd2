"""The exported model in a report: how large it is, and how fast it was."""

from __future__ import annotations

from pipeline.report.html.markup import Html, joined, paragraph, table
from pipeline.report.material import Material, MissingError
from schemas.artifacts.bundle import Bundle
from schemas.manifest import Manifest

__all__ = ["bundle"]

KIB = 1024


def bundle(material: Material) -> Html:
    """Give size and latency of the bundle; neither is judged."""
    exported = material.output(Bundle)
    manifest = Manifest.read(exported.path)
    if manifest is None or Bundle.LITERT not in manifest.files:
        raise MissingError("The record of its files is gone.")
    rows = [
        ("LiteRT", f"{manifest.files[Bundle.LITERT].size / KIB:,.0f} KiB"),
        ("all its files", f"{sum(entry.size for entry in manifest.files.values()) / KIB:,.0f} KiB"),
    ]
    if latency := exported.latency:
        rows += [
            ("one picture, LiteRT, one thread", f"{latency.alone:,.0f} µs"),
            ("a picture among 32", f"{latency.batched:,.1f} µs"),
        ]
    said = f"{exported.path.name}. Times are medians, taken where it was exported; neither size nor time is judged."
    return joined(paragraph(said), table("The bundle", ("what", "measured"), rows, numbers=(1,)))
