"""Report section that compares the model with the champion, picture by picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.report.html.gallery import gallery, tile
from pipeline.report.html.markup import Html, element, joined, paragraph, table
from pipeline.report.html.words import percent, plural, points
from pipeline.report.material import Material, MissingError
from schemas.artifacts.evaluation import Evaluation

if TYPE_CHECKING:
    from schemas.artifacts.comparison import Comparison

__all__ = ["against_champion"]

SHOWN = 24
CHANCE = 0.05


def against_champion(material: Material) -> Html:
    """Return which model reads more, whether that can be chance, and which pictures got better and worse."""
    found = material.verdict.comparison
    exposure = material.verdict.exposure
    said = exposure.words if exposure else ""
    if found is None:
        raise MissingError(f"{said}." if said else "There was no other champion to compare with.")
    if found.other_classes:
        text = f"The champion {found.champion} has other classes ({found.other_classes}): there is nothing to compare."
        return paragraph(text)
    low, high = found.interval
    rows = [
        ("this model", percent(found.accuracy)),
        (f"champion {found.champion}", percent(found.champion_accuracy)),
        ("difference, 95 % interval", f"{points(found.difference)} ({100 * low:+.2f} to {100 * high:+.2f})"),
        ("read right by this model only", f"{found.better:,}"),
        ("read right by the champion only", f"{found.worse:,}"),
        ("McNemar's exact test", f"p = {found.p:.3g}"),
    ]
    return joined(
        paragraph(_conclusion(found)),
        *([paragraph(f"{said}.", class_="notice")] if said else []),
        table(f"On the same {plural(found.count, 'picture')}", ("", ""), rows, unseen=False),
        _changed(material, "Got better", found.better_ids, found.better),
        _changed(material, "Got worse", found.worse_ids, found.worse),
    )


def _conclusion(found: Comparison) -> str:
    if found.better == found.worse == 0:
        return "Both models read exactly the same pictures right."
    side = "more" if found.better > found.worse else "fewer"
    if found.p >= CHANCE:
        return "On these pictures the two cannot be told apart: the difference may be chance."
    return f"This model reads {side} pictures right than the champion, more than chance would explain."


def _changed(material: Material, title: str, ids: list[str], count: int) -> Html:
    if not count:
        return paragraph(f"{title}: none.")
    shown = ids[:SHOWN]
    intro = f"{title}: {plural(count, 'picture')}" + (f", the first {len(shown)}" if count > len(shown) else "")
    try:
        tiles = [_tile(material, name) for name in shown if name in material.rows]
    except (MissingError, OSError, ValueError) as error:
        return joined(paragraph(f"{intro} ({', '.join(shown)}). Not drawn: {error}"))
    return joined(element("h3", intro), gallery(intro, tiles))


def _tile(material: Material, name: str) -> Html:
    row, predictions = material.rows[name], material.predictions
    classes = predictions.classes
    true, read = classes[int(predictions.labels[row])], classes[int(predictions.read[row])]
    before = _champions(material)[row] or "?"
    alt = f"{name}: true {material.noun} {true}, answer {read}, champion's answer {before}"
    return tile(material.split.images[row], alt, f"{material.noun} {true}", f"read as {read}, champion {before}", name)


def _champions(material: Material) -> list[str | None]:
    table = material.output(Evaluation).predictions()
    return table["champion"].to_pylist() if "champion" in table.column_names else [None] * len(table)
