"""Report section on the exported model: its size and latency."""

from __future__ import annotations

from pipeline.report.html.markup import Html, joined, paragraph, table
from pipeline.report.material import Material, MissingError
from schemas.artifacts.bundle import Bundle
from schemas.manifest import Manifest

__all__ = ["bundle"]

KIB = 1024


def bundle(material: Material) -> Html:
    """Return size and latency of the bundle; the gate judges neither."""
    exported = material.output(Bundle)
    manifest = Manifest.read(exported.path)
    if manifest is None or Bundle.LITERT not in manifest.files:
        raise MissingError("The manifest of the bundle is gone.")
    rows = [
        ("LiteRT", f"{manifest.files[Bundle.LITERT].size / KIB:,.0f} KiB"),
        ("all files", f"{sum(entry.size for entry in manifest.files.values()) / KIB:,.0f} KiB"),
    ]
    if latency := exported.latency:
        rows += [
            ("one picture, LiteRT, one thread", f"{latency.alone:,.0f} µs"),
            ("per picture, in batches of 32", f"{latency.batched:,.1f} µs"),
        ]
    intro = f"{exported.path.name}. Times are medians on the exporting machine. The gate judges neither size nor time."
    return joined(paragraph(intro), table("The bundle", ("what", "measured"), rows, numbers=(1,)))
