"""Pages with several digits, drawn as people write and photograph them: numbers, forms, grids and touching pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from learning.synthetic.paper import Colour
from learning.synthetic.photo import WHITE, Look, photograph
from learning.synthetic.strokes import Pose, ink_of, outline, place, retrace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from schemas.artifacts.examples import Split

    Field = NDArray[np.float32]

__all__ = ["EMPTY", "DrawnPage", "draw_alone", "draw_grid", "draw_number", "draw_pair"]

# Chosen by eye.
EMPTY = "_"
PAPERS: tuple[Colour, ...] = (WHITE, (0.95, 0.96, 0.96), (0.80, 0.92, 0.96), (0.76, 0.76, 0.75))
INKS: tuple[Colour, ...] = ((0.07, 0.06, 0.06), (0.16, 0.14, 0.13), (0.60, 0.25, 0.14), (0.20, 0.14, 0.76))
FLATTEST = 0.4  # least height over width of the picture of a number
FORMS = ("", "", "boxes", "row", "comb")


@dataclass(frozen=True)
class DrawnPage:
    """A picture of a page and what is written on it.

    Attributes:
        data: a PNG or JPEG file.
        lines: the number on each line, from top to bottom; EMPTY is a box without a digit.
        kind: what the page is, a few words.
        crossed: position on the first line, from 0, of a digit that is crossed out; None if none is.
    """

    data: bytes
    lines: tuple[str, ...]
    kind: str
    crossed: int | None = None


def draw_alone(digits: Split, rng: np.random.Generator) -> DrawnPage:
    """Draw one digit as those of numbers, black on white without light or camera: what is misread here is the digit."""
    import numpy as np

    high, i = rng.uniform(28, 130), int(rng.integers(len(digits)))
    pen = rng.uniform(1.3, 3.2) if rng.integers(2) else None
    ink = _digit(digits.images[i], high * rng.uniform(0.8, 1.05), rng.uniform(-9, 9), pen)
    page = np.pad(ink, round(high / 2))
    text = digits.classes[digits.labels[i]]
    return DrawnPage(photograph(page, Look((page.shape[0], page.shape[1]), None), rng), (text,), "one digit alone")


def draw_number(digits: Split, rng: np.random.Generator, *, crossed: bool = False) -> DrawnPage:
    """Draw a number of 1 to 8 separate digits on a line, with or without the boxes of a form.

    Args:
        digits: the digits to choose from.
        rng: draws everything.
        crossed: whether one of the digits is crossed out.
    """
    import numpy as np

    count, high, form = int(rng.integers(1, 9)), rng.uniform(28, 130), FORMS[rng.integers(len(FORMS))]
    chosen = rng.integers(len(digits), size=count)
    turn, pen = rng.uniform(-9, 9), rng.uniform(1.3, 3.2) if rng.integers(2) else None
    inks = [_digit(digits.images[i], high * rng.uniform(0.8, 1.05), turn, pen) for i in chosen]
    struck = int(rng.integers(count)) if crossed else None
    if struck is not None:
        inks[struck] = _cross_out(inks[struck], rng)
    cell = high * rng.uniform(1.25, 1.7)
    gaps = rng.uniform(0.14, rng.uniform(0.2, 0.6), count) * high
    slope, rise = (0.0, 0.04) if form else (rng.uniform(-0.06, 0.06), rng.uniform(0, 0.1))
    edge = rng.uniform(0.4, 2.0, 2) * high
    across = [cell * i + (cell - ink.shape[1]) / 2 for i, ink in enumerate(inks)]
    if not form:
        across = [sum(each.shape[1] for each in inks[:i]) + float(gaps[:i].sum()) for i in range(count)]
    down = [
        slope * x + rng.uniform(-rise, rise) * high + (1.05 * high - ink.shape[0]) / 2
        for x, ink in zip(across, inks, strict=True)
    ]
    wide = round((cell * count if form else across[-1] + inks[-1].shape[1]) + 2 * edge[0])
    tall = round(max(cell + 2 * edge[1] + abs(slope) * wide, FLATTEST * wide))
    page, top = np.zeros((tall, wide), np.float32), (tall - cell) / 2 - slope * wide / 2
    if form:
        _rule(page, (edge[0], top - 0.1 * high, cell, cell), (1, count), form, rng)
    for ink, x, y in zip(inks, across, down, strict=True):
        offset = (cell - 1.25 * high) / 2 if form else 0
        _paste(page, ink, edge[0] + x, top + y + offset)
    text = "".join(digits.classes[digits.labels[i]] for i in chosen)
    look = _look(rng, page.shape[:2], ruled=not form)
    kind = form or ("ruled paper" if look.rules else "plain paper")
    return DrawnPage(photograph(page, look, rng), (text,), kind, struck)


def draw_grid(digits: Split, rng: np.random.Generator, *, ruled: bool, empty: float = 0.0) -> DrawnPage:
    """Draw a page of 5x5 to 10x10 digits in a grid, with or without ruled boxes.

    Args:
        digits: the digits to choose from.
        rng: draws everything.
        ruled: whether the boxes are ruled.
        empty: share of the boxes that hold no digit, 0 to 1.
    """
    import numpy as np

    rows, columns, cell = int(rng.integers(5, 11)), int(rng.integers(5, 11)), rng.uniform(48, 120)
    edge = rng.uniform(0.3, 1.0, 2) * cell
    page = np.zeros((round(rows * cell + 2 * edge[1]), round(columns * cell + 2 * edge[0])), np.float32)
    pen, lines = rng.uniform(1.3, 3.0) if rng.integers(2) else None, list[str]()
    if ruled:
        _rule(page, (edge[0], edge[1], cell, cell), (rows, columns), "row", rng)
    for row in range(rows):
        line = ""
        for column in range(columns):
            if rng.uniform() < empty:
                line += EMPTY
                continue
            i = int(rng.integers(len(digits)))
            ink = _digit(digits.images[i], cell * rng.uniform(0.5, 0.72), rng.uniform(-8, 8), pen)
            room = np.array([cell - ink.shape[1], cell - ink.shape[0]]) * rng.uniform(0.3, 0.7, 2)
            _paste(page, ink, edge[0] + column * cell + room[0], edge[1] + row * cell + room[1])
            line += digits.classes[digits.labels[i]]
        lines.append(line)
    look = _look(rng, page.shape[:2], ruled=False)
    return DrawnPage(photograph(page, look, rng), tuple(lines), "ruled grid" if ruled else "grid")


def draw_pair(digits: Split, rng: np.random.Generator) -> DrawnPage:
    """Draw two digits that touch or overlap a little."""
    import numpy as np

    high, chosen, pen = rng.uniform(50, 130), rng.integers(len(digits), size=2), rng.uniform(1.3, 3.0)
    turn = rng.uniform(-8, 8)
    left, right = (_digit(digits.images[i], high * rng.uniform(0.9, 1.05), turn, pen) for i in chosen)
    page = np.zeros((round(3 * high), round(4 * high)), np.float32)
    _paste(page, left, high, high + rng.uniform(-0.05, 0.05) * high)
    x, top = round(high) + left.shape[1], round(high + rng.uniform(-0.05, 0.05) * high)
    rows = slice(top, top + right.shape[0])
    while not ((page[rows, x : x + right.shape[1]] > 0.5) & (right > 0.5)).any() and x > high:  # noqa: PLR2004
        x -= 1
    _paste(page, right, x - rng.uniform(0, 0.04) * high, top)
    text = "".join(digits.classes[digits.labels[i]] for i in chosen)
    return DrawnPage(photograph(page, _look(rng, page.shape[:2], ruled=False), rng), (text,), "touching pair")


def _digit(image: NDArray[np.uint8], high: float, turn: float, pen: float | None) -> Field:
    """Return the ink of a digit, *high* pixels long, cut out along its ink: float32, 0 to 1."""
    field = outline(image) if pen is None else retrace(ink_of(image), pen)
    side = round(1.6 * high)
    return _cropped(place(field, (side, side), Pose(high, degrees=turn)))


def _cropped(ink: Field) -> Field:
    import numpy as np

    rows, columns = (np.flatnonzero((ink > 0.05).any(axis)) for axis in (1, 0))  # noqa: PLR2004
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _cross_out(ink: Field, rng: np.random.Generator) -> Field:
    """Draw a straight line through a digit that reaches past it on both sides, with room for it."""
    import cv2
    import numpy as np

    reach = rng.uniform(0.55, 0.7) * max(ink.shape)
    page = np.pad(ink, round(0.25 * max(ink.shape)))
    middle = np.array(page.shape[::-1]) / 2 + rng.normal(0, 0.05, 2) * max(ink.shape)
    turn = rng.uniform(-0.9, 0.9)
    way = reach * np.array([np.cos(turn), np.sin(turn)])
    ends = [tuple(np.rint(16 * each).astype(int).tolist()) for each in (middle - way, middle + way)]
    line, thick = np.zeros(page.shape, np.uint8), max(round(rng.uniform(0.05, 0.1) * max(ink.shape)), 1)
    cv2.line(line, ends[0], ends[1], [255], thick, cv2.LINE_AA, 4)
    return _cropped(np.maximum(page, line / np.float32(255)))


def _paste(page: Field, ink: Field, x: float, y: float) -> None:
    import numpy as np

    part = page[round(y) : round(y) + ink.shape[0], round(x) : round(x) + ink.shape[1]]
    np.maximum(part, ink[: part.shape[0], : part.shape[1]], out=part)


def _rule(
    page: Field, first: tuple[float, float, float, float], count: tuple[int, int], form: str, rng: np.random.Generator
) -> None:
    """Print the boxes of a form: left, top, width and height of the first; rows and columns."""
    import cv2
    import numpy as np

    x, y, wide, high = first
    rows, columns = count
    lines, thick = np.zeros(page.shape, np.uint8), max(round(high * rng.uniform(0.012, 0.035)), 1)
    shrink = rng.uniform(0.04, 0.08) * wide if form == "boxes" else 0
    for row in range(rows):
        for column in range(columns):
            left, top = x + column * wide + shrink, y + row * high + shrink
            right, bottom = left + wide - 2 * shrink, top + high - 2 * shrink
            if form == "comb":
                top = bottom - (bottom - top) * 0.35
                points = [(left, top), (left, bottom), (right, bottom), (right, top)]
            else:
                points = [(left, top), (left, bottom), (right, bottom), (right, top), (left, top)]
            corners = np.rint(np.array(points)).astype(np.int32)
            cv2.polylines(lines, [corners], isClosed=False, color=255, thickness=thick, lineType=cv2.LINE_AA)
    page[:] = np.maximum(page, lines / np.float32(255) * np.float32(rng.uniform(0.35, 1.0)))


def _look(rng: np.random.Generator, page: tuple[int, ...], *, ruled: bool) -> Look:
    """Draw the look of a photo, a scan or a canvas."""
    size = (page[0], page[1])
    if not rng.integers(4):
        return Look(size, None)
    lights = [("gradient", rng.uniform(0.02, 0.3))]
    if not rng.integers(3):
        lights.append(("shadow", rng.uniform(0.2, 0.5)))
    return Look(
        size,
        None,
        paper=PAPERS[rng.integers(len(PAPERS))],
        ink=INKS[rng.integers(len(INKS))],
        cover=rng.uniform(0.85, 1.0),
        tooth=rng.uniform(0.0, 0.2),
        grain=rng.uniform(0.003, 0.012),
        rules="lined" if ruled and not rng.integers(3) else "",
        lights=tuple(lights),
        blur=rng.uniform(0.4, 1.0),
        noise=rng.uniform(0.003, 0.014),
        quality=int(rng.integers(70, 96)),
    )
