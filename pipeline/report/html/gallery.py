"""Galleries of pictures in a report: enlarged pixels with captions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from learning.synthetic.encoding import encode_png
from pipeline.report.html.markup import Html, element, joined, paragraph, picture
from pipeline.report.html.words import percent, plural
from pipeline.report.material import Material

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["gallery", "misread", "misread_digits", "tile"]

SIDE = 84
SHOWN = 60


def gallery(label: str, tiles: Iterable[Html]) -> Html:
    """Return tiles in rows that wrap to the page."""
    return element("ul", *(element("li", each) for each in tiles), class_="gallery", aria_label=label)


def tile(image: NDArray[np.uint8], alt: str, *lines: str) -> Html:
    """Return one picture, uint8 [28, 28], with lines of text below it."""
    shown = picture(encode_png(image), alt, class_="digit", side=SIDE)
    return element("figure", shown, element("figcaption", *(element("span", line) for line in lines)), class_="tile")


def misread_digits(right: NDArray[np.bool_], confidence: NDArray[np.float32]) -> list[int]:
    """Return the indices of misread pictures, most confident first; both arrays are [n]."""
    import numpy as np

    wrong = np.flatnonzero(~right)
    return [int(i) for i in wrong[np.argsort(-confidence[wrong], kind="stable")]]


def misread(material: Material) -> Html:
    """Return a gallery of misread pictures, most confident first."""
    predictions, split, rows = material.predictions, material.split, material.rows
    wrong = misread_digits(predictions.right, predictions.confidence)
    if not wrong:
        return paragraph("No picture was misread.")
    shown = [i for i in wrong[:SHOWN] if predictions.ids[i] in rows]
    more = f" The {len(shown)} most confident of them:" if len(wrong) > len(shown) else " The most confident first:"
    intro = f"{plural(len(wrong), 'picture')} of {len(predictions.ids):,} misread.{more}"
    tiles: list[Html] = []
    for i in shown:
        name, sure = predictions.ids[i], percent(float(predictions.confidence[i]))
        true, read = (predictions.classes[int(each[i])] for each in (predictions.labels, predictions.read))
        held_back = " (unsure)" if predictions.refused[i] else ""
        alt = f"{name}: true {material.noun} {true}, answer {read} with {sure}{held_back}"
        tiles.append(tile(split.images[rows[name]], alt, f"{true}, read as {read}", f"{sure}{held_back}", name))
    return joined(paragraph(intro), gallery("Misread pictures", tiles))
