"""The robustness suite: MNIST digits rendered as the photos, scans and drawings that people send.

Each kind is a function that draws a random look, and learning.synthetic.photo renders it. Each picture has its own
PCG64 generator, seeded with the seed, the kind and the digit's pixels, so no picture depends on another. A person
reads every kind easily, and no kind is tuned to the front end.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from learning.synthetic.paper import Colour
from learning.synthetic.photo import BLACK, WHITE, Look, draw
from learning.synthetic.strokes import Pose
from schemas.artifacts.examples import SIDE, Split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["KINDS", "canvas", "generator", "photo", "render", "robustness_suite"]

PAPERS: tuple[Colour, ...] = (
    (0.96, 0.97, 0.97),  # white
    (0.93, 0.93, 0.92),  # office white
    (0.80, 0.92, 0.96),  # cream
    (0.86, 0.93, 0.95),  # ivory
    (0.76, 0.76, 0.75),  # grey
)
PENS: tuple[Colour, ...] = (
    (0.60, 0.25, 0.14),  # blue
    (0.20, 0.14, 0.76),  # red
    (0.26, 0.45, 0.12),  # green
    (0.12, 0.11, 0.11),  # black
)
INKS: tuple[Colour, ...] = ((0.16, 0.14, 0.13), (0.07, 0.06, 0.06), (0.38, 0.16, 0.10))
"""Black, jet, dark blue."""


def render(image: NDArray[np.uint8], kind: str, seed: int) -> bytes:
    """Render a digit as a picture of one kind.

    Args:
        image: uint8, shape [28, 28], 0 is background and 255 is ink; contains ink.
        kind: one of KINDS.
        seed: the same image, kind and seed render the same picture.

    Returns:
        A PNG or JPEG file, 28x28 to 640x640 pixels.
    """
    rng = generator(seed, kind.encode(), image.tobytes())
    return draw(image, _LOOKS[kind](rng), rng)


def robustness_suite(split: Split, *, per_kind: int, seed: int) -> Iterator[tuple[str, int, bytes]]:
    """Render the same digits of a split once in each kind.

    Args:
        split: the digits, usually of a test split.
        per_kind: pictures of each kind, evenly spaced in the split; at most the whole split.
        seed: of the renderer.

    Yields:
        Kind, label and the bytes of a file, in the order of KINDS.
    """
    count = min(per_kind, len(split))
    chosen = [i * len(split) // count for i in range(count)]
    for kind in KINDS:
        for i in chosen:
            yield kind, int(split.labels[i]), render(split.images[i], kind, seed)


def generator(seed: int, *parts: bytes) -> np.random.Generator:
    """Return a random generator that depends on the seed and the parts only."""
    import numpy as np

    return np.random.Generator(np.random.PCG64([seed, *map(zlib.crc32, parts)]))


def photo(rng: np.random.Generator, *, least: float = 0.35, most: float = 0.75) -> Look:
    """Draw the look of a phone photo of dark ink on paper; the digit takes *least* to *most* of the shorter side."""
    page = _page(rng, 240, 640)
    return Look(
        page,
        _pose(rng, page, least, most),
        pen=rng.uniform(1.0, 2.4) if rng.integers(2) else None,
        paper=_one_of(rng, PAPERS),
        ink=_one_of(rng, INKS),
        cover=rng.uniform(0.88, 1.0),
        tooth=rng.uniform(0.0, 0.25),
        grain=rng.uniform(0.004, 0.014),
        lights=(("gradient", rng.uniform(0.02, 0.18)),),
        blur=rng.uniform(0.4, 1.2),
        noise=rng.uniform(0.004, 0.018),
        quality=int(rng.integers(70, 96)),
    )


def canvas(rng: np.random.Generator, *, least: float = 0.35, most: float = 0.8) -> Look:
    """Draw the look of a paint program's picture: dark on light or, less often, light on dark."""
    page = _page(rng, 100, 400)
    colours = (WHITE, BLACK) if rng.integers(3) else (BLACK, WHITE)
    return Look(page, _pose(rng, page, least, most), paper=colours[0], ink=colours[1])


def _page(rng: np.random.Generator, least: int, most: int) -> tuple[int, int]:
    """Draw the height and width of a page, its longer side within the limits."""
    longer = int(rng.integers(least, most + 1))
    shorter = round(longer * (1.0, 1.0, 0.75, 0.6667)[rng.integers(4)])
    return (longer, shorter) if rng.integers(2) else (shorter, longer)


def _pose(rng: np.random.Generator, page: tuple[int, int], least: float, most: float) -> Pose:
    """Draw a pose near the middle of the page."""
    box = rng.uniform(least, most) * min(page)
    return Pose(box, *rng.uniform(0.3, 0.7, 2), degrees=rng.uniform(-4, 4), margin=0.03 * min(page))


def _one_of(rng: np.random.Generator, colours: tuple[Colour, ...]) -> Colour:
    """Choose a colour and vary it a little."""
    chosen = colours[rng.integers(len(colours))]
    blue, green, red = (min(1.0, part * rng.uniform(0.98, 1.02)) for part in chosen)
    return blue, green, red


def _either(rng: np.random.Generator, *, least: float = 0.35, most: float = 0.75) -> Look:
    return (photo if rng.integers(2) else canvas)(rng, least=least, most=most)


def _inverted(rng: np.random.Generator) -> Look:
    """Dark on white: MNIST's picture in its own size, enlarged, or redrawn from its strokes."""
    way = ("own size", "enlarged", "redrawn")[rng.integers(3)]
    if way == "redrawn":
        return replace(canvas(rng), paper=WHITE, ink=BLACK)
    side = SIDE if way == "own size" else int(rng.choice((56, 64, 100, 140, 200, 280)))
    return Look((side, side), None)


def _off_centre(rng: np.random.Generator) -> Look:
    """Near one edge or in a corner."""
    look = _either(rng, least=0.22, most=0.45)
    edge, along = rng.choice((0.0, 1.0)) + rng.uniform(-0.12, 0.12), rng.uniform(0, 1)
    down, right = (min(max(part, 0.0), 1.0) for part in ((edge, along) if rng.integers(2) else (along, edge)))
    return _posed(look, down=down, right=right)


def _small_in_page(rng: np.random.Generator) -> Look:
    look = _either(rng)
    page = _page(rng, 400, 640)
    pose = Pose(max(24.0, rng.uniform(0.06, 0.15) * min(page)), *rng.uniform(0.05, 0.95, 2), margin=8)
    return replace(look, page=page, pose=pose, blur=min(look.blur, 0.7))


def _lit(light: str, least: float, most: float) -> Callable[[np.random.Generator], Look]:
    def look(rng: np.random.Generator) -> Look:
        return replace(photo(rng), lights=((light, rng.uniform(least, most)),))

    return look


def _shadow(rng: np.random.Generator) -> Look:
    look = photo(rng)
    return replace(look, lights=(*look.lights, ("shadow", rng.uniform(0.3, 0.6))))


def _ruled(rules: str) -> Callable[[np.random.Generator], Look]:
    def look(rng: np.random.Generator) -> Look:
        return replace(photo(rng), rules=rules)

    return look


def _coloured_pen(rng: np.random.Generator) -> Look:
    return replace(photo(rng), ink=_one_of(rng, PENS), cover=rng.uniform(0.8, 1.0))


def _thick(rng: np.random.Generator) -> Look:
    return replace(_either(rng), pen=rng.uniform(3.8, 5.2))


def _thin(rng: np.random.Generator) -> Look:
    """A fine pen, down to one pixel of the page."""
    look = _either(rng, least=0.25, most=0.7)
    across = look.pose.box / 20 if look.pose else 1.0
    return replace(look, pen=min(max(rng.uniform(1.0, 3.0) / across, 0.4), 1.1))


def _rotated(rng: np.random.Generator) -> Look:
    return _posed(_either(rng), degrees=float(rng.choice((-1, 1))) * rng.uniform(5, 20))


def _jpeg(rng: np.random.Generator) -> Look:
    return replace(canvas(rng), quality=int(rng.integers(20, 51)))


def _pencil(rng: np.random.Generator) -> Look:
    grey = rng.uniform(0.42, 0.56)
    look = replace(photo(rng), ink=(grey, grey, grey), tooth=rng.uniform(0.35, 0.6), pen=rng.uniform(1.2, 2.2))
    return replace(look, cover=rng.uniform(0.75, 0.95), paper=_one_of(rng, PAPERS[:4]))


def _alpha(rng: np.random.Generator) -> Look:
    """Ink on a transparent background: black, sometimes white or coloured."""
    ink = (BLACK, BLACK, WHITE, _one_of(rng, PENS))[rng.integers(4)]
    if not rng.integers(3):
        return Look((SIDE, SIDE), None, ink=ink, alpha=True)
    return replace(canvas(rng), ink=ink, alpha=True)


def _exif(rng: np.random.Generator) -> Look:
    return replace(photo(rng), orientation=int(rng.integers(2, 9)))


def _framed(rng: np.random.Generator) -> Look:
    """A scan's dark border, a contrasting frame around a drawing, a form's box, or a desk around the page."""
    frame = ("scan", "canvas", "box", "desk")[rng.integers(4)]
    if frame != "canvas":
        return replace(photo(rng, least=0.3, most=0.6), frame=frame)
    look = canvas(rng, least=0.35, most=0.65) if rng.integers(3) else Look((SIDE, SIDE), None)
    light = bool(rng.integers(2))
    paper, ink = (BLACK, WHITE) if light else (WHITE, BLACK)
    return replace(look, paper=paper, ink=ink, frame="light" if light else "dark")


def _combined(rng: np.random.Generator) -> Look:
    """Most of the other kinds at once, each at moderate strength."""
    look = photo(rng, least=0.2, most=0.5)
    look = _posed(look, degrees=rng.uniform(-12, 12), down=rng.uniform(0.1, 0.9), right=rng.uniform(0.1, 0.9))
    light = ("gradient", "vignette", "shadow")[rng.integers(3)]
    return replace(
        look,
        ink=_one_of(rng, PENS),
        pen=rng.uniform(1.4, 4.0),
        rules=("", "", "lined", "squared")[rng.integers(4)],
        lights=((light, rng.uniform(0.2, 0.45)), *look.lights),
        frame=("", "", "scan", "desk")[rng.integers(4)],
        quality=int(rng.integers(40, 85)),
        orientation=int(rng.choice((1, 1, 3, 6, 8))),
    )


def _posed(look: Look, **changes: float) -> Look:
    return look if look.pose is None else replace(look, pose=replace(look.pose, **changes))


_LOOKS: dict[str, Callable[[np.random.Generator], Look]] = {
    "inverted": _inverted,
    "off_centre": _off_centre,
    "small_in_page": _small_in_page,
    "shaded": _lit("gradient", 0.35, 0.65),
    "vignetted": _lit("vignette", 0.4, 0.7),
    "shadow": _shadow,
    "lined": _ruled("lined"),
    "squared": _ruled("squared"),
    "coloured_pen": _coloured_pen,
    "thick": _thick,
    "thin": _thin,
    "rotated": _rotated,
    "jpeg": _jpeg,
    "pencil": _pencil,
    "alpha": _alpha,
    "exif": _exif,
    "framed": _framed,
    "combined": _combined,
}
KINDS: tuple[str, ...] = tuple(_LOOKS)
