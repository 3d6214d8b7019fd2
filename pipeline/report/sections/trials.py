"""Report sections on synthetic pictures: robustness and pictures that are not digits, with an example of each kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from learning.evaluation.trials import NOT_DIGITS
from learning.synthetic.robustness import KINDS, render
from pipeline.report.html.markup import Html, bar, element, joined, paragraph, picture
from pipeline.report.html.words import readable
from pipeline.report.material import Material, MissingError
from schemas.artifacts.evaluation import Evaluation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.evaluation import Tried
    from schemas.artifacts.examples import Split

__all__ = ["digit_for", "refusals", "robustness"]

SIDE = 72
ORDER = "The worst kind comes first; after the counts, the 95 % interval."


def robustness(material: Material) -> Html:
    """Return the share read right of each kind of picture that people take, worst first."""
    found = material.metrics
    draw = _example_drawer(material, KINDS, lambda split, kind, seed: render(digit_for(split, kind), kind, seed))
    intro = (
        "Pictures of this split as people photograph them: rendered on paper by a program and read through the whole "
        f"front end. An answer counts as right if its {material.noun} is, sure or not. {ORDER}"
    )
    return _trial(material, "robustness", "Pictures people take", intro, found.robustness, found.robustness_tried, draw)


def refusals(material: Material) -> Html:
    """Return the share not answered with a digit of each kind of picture that is not a digit, worst first."""
    found = material.metrics

    def make(split: Split, kind: str, seed: int) -> bytes:
        return next(NOT_DIGITS[kind](split, 1, seed))

    draw = _example_drawer(material, tuple(NOT_DIGITS), make)
    intro = f"Pictures that show no {material.noun}. A picture counts as right if it is not answered. {ORDER}"
    return _trial(material, "refusals", "Pictures to refuse", intro, found.refusals, found.refusals_tried, draw)


def _trial(  # noqa: PLR0913, PLR0917  (one table, and its words)
    material: Material,
    name: str,
    caption: str,
    intro: str,
    shares: dict[str, float],
    tried: dict[str, Tried],
    draw: Callable[[str], Html],
) -> Html:
    if not shares:
        raise MissingError("Not measured: evaluate.per_kind is 0, or there are no test pictures.")
    cards = [
        element(
            "li",
            draw(kind),
            element(
                "div",
                element("strong", readable(kind)),
                bar(share, f"{100 * share:.0f} %"),
                element("small", _count_text(kind, tried, material.metrics.intervals.get(f"{name}.{kind}"))),
            ),
        )
        for kind, share in sorted(shares.items(), key=lambda item: item[1])
    ]
    return joined(paragraph(intro), element("ul", *cards, class_="kinds", aria_label=caption))


def _count_text(kind: str, tried: dict[str, Tried], interval: tuple[float, float] | None) -> str:
    if kind not in tried:
        return "not counted"
    ends = f"; {100 * interval[0]:.0f} to {100 * interval[1]:.0f} %" if interval else ""
    return f"{tried[kind].right} of {tried[kind].count}{ends}"


def _example_drawer(
    material: Material, kinds: tuple[str, ...], make: Callable[[Split, str, int], bytes]
) -> Callable[[str], Html]:
    """Return a function that draws an example of a kind with the evaluation's seed; an empty box if it cannot."""
    seed, split = _seed(material), _pictures(material)

    def draw(kind: str) -> Html:
        key = kind.replace(" ", "_")
        if split is None or key not in kinds:
            return element("span", class_="example")
        return picture(_thumbnail(make(split, key, seed)), f"An example: {readable(kind)}", class_="example", side=SIDE)

    return draw


def digit_for(split: Split, kind: str) -> NDArray[np.uint8]:
    """Choose the picture that illustrates a kind: a different digit for each, then different pictures."""
    import numpy as np

    labels = np.unique(split.labels)
    turn, which = divmod(KINDS.index(kind), len(labels))
    pictures = np.flatnonzero(split.labels == labels[which])
    return split.images[pictures[turn % len(pictures)]]


def _seed(material: Material) -> int:
    try:
        return int(material.maker(material.path_of(Evaluation)).parts.config.get("seed", 0))
    except (MissingError, TypeError, ValueError):
        return 0


def _pictures(material: Material) -> Split | None:
    try:
        return material.split if len(material.split) else None
    except (MissingError, OSError, ValueError):
        return None


def _thumbnail(data: bytes) -> bytes:
    """Return a picture file as a small upright PNG, transparency kept."""
    import cv2
    import numpy as np

    from learning.synthetic.encoding import encode_png

    raw = np.frombuffer(data, np.uint8)
    is_png = data.startswith(b"\x89PNG")  # no EXIF orientation, but perhaps transparency
    pixels = cv2.imdecode(raw, cv2.IMREAD_UNCHANGED if is_png else cv2.IMREAD_COLOR)
    if pixels is None:
        raise MissingError("An example cannot be drawn.")
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_NEAREST
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return encode_png(np.asarray(cv2.resize(pixels, size, interpolation=way), np.uint8))
