"""Draw pictures without a legible digit, with the renderer of the robustness suite.

All pictures are PNG or JPEG files. Each depends on the seed and its own number only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from learning.synthetic.encoding import encode_png
from learning.synthetic.paper import cloud
from learning.synthetic.photo import BLACK, WHITE, Look, draw, photograph
from learning.synthetic.robustness import canvas, generator, photo
from learning.synthetic.strangers.signs import rounded
from learning.synthetic.strokes import FINE, SIZE, Pose, ink_of, place, signed_distance
from schemas.artifacts.examples import SIDE, Split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["LETTERS", "blank_pages", "letters", "noise", "scribbles", "too_faint", "two_digits"]

HALF_COVERED = 127

_STROKES = {
    "A": "0,10 5,0; 5,0 10,10; 2,6 8,6",
    "E": "0,0 0,10; 0,0 9,0; 0,5 7,5; 0,10 9,10",
    "F": "0,0 0,10; 0,0 9,0; 0,5 7,5",
    "H": "0,0 0,10; 8,0 8,10; 0,5 8,5",
    "K": "0,0 0,10; 8,0 0,6; 3,5 9,10",
    "M": "0,10 0,0; 0,0 5,7; 5,7 10,0; 10,0 10,10",
    "N": "0,10 0,0; 0,0 8,10; 8,10 8,0",
    "P": "0,0 0,10; 0,0 5,0 8,0 8,3 8,6 5,6 0,6",
    "R": "0,0 0,10; 0,0 5,0 8,0 8,3 8,6 5,6 0,6; 3,6 8,10",
    "T": "5,0 5,10; 0,0 10,0",
    "W": "0,0 3,10; 3,10 5,3; 5,3 7,10; 7,10 10,0",
    "X": "0,0 9,10; 9,0 0,10",
    "e": "0,5 9,5; 9,5 9,0 5,0 0,0 0,5 0,10 5,10 9,8",
    "f": "9,1 8,0 4,0 4,3 4,10; 1,4 8,4",
    "h": "0,0 0,10; 0,6 2,4 7,4 7,7 7,10",
    "k": "0,0 0,10; 7,4 0,7; 2,6 7,10",
    "m": "0,2 0,10; 0,5 2,2 5,2 5,6 5,10; 5,5 7,2 10,2 10,6 10,10",
    "n": "0,2 0,10; 0,5 2,2 7,2 7,6 7,10",
    "r": "0,2 0,10; 0,5 2,2 7,2",
    "t": "4,0 4,7 4,10 8,10; 1,3 8,3",
    "w": "0,2 2,10; 2,10 5,4; 5,4 8,10; 8,10 10,2",
    "x": "0,2 8,10; 8,2 0,10",
}
"""Strokes of each letter as points x,y on a 10x10 grid; a stroke of more than two points is a curve."""
LETTERS = tuple(_STROKES)
"""Letters that do not look like a digit: a, b, D, g, I, J, l, O, o, q, S, s, u, U, V, y, Y, Z and z are left out."""


def blank_pages(n: int, seed: int) -> Iterator[bytes]:
    """Draw n pages without ink: white, black, grey, textured, shaded, shadowed, lined and squared, in turn."""
    import numpy as np

    for i in range(n):
        rng = generator(seed, b"blank", str(i).encode())
        look = _BLANK[i % len(_BLANK)](rng)
        yield photograph(np.zeros(look.page, np.float32), look, rng)


def noise(n: int, seed: int) -> Iterator[bytes]:
    """Draw n grey pictures of noise, 28x28 to 320x320: uniform, Gaussian, clouds, blobs, salt and pepper, in turn."""
    import numpy as np

    for i in range(n):
        rng = generator(seed, b"noise", str(i).encode())
        side = SIDE if rng.integers(2) else int(rng.integers(SIDE, 321))
        pixels = _NOISES[i % len(_NOISES)](rng, side)
        yield encode_png(np.clip(np.rint(255 * pixels), 0, 255).astype(np.uint8))


def letters(n: int, seed: int) -> Iterator[bytes]:
    """Draw n letters of LETTERS in turn, handwritten or printed, as photos, drawings or 28x28 pictures like MNIST's."""
    for i in range(n):
        rng = generator(seed, b"letters", str(i).encode())
        letter = LETTERS[i % len(LETTERS)]
        yield _drawn(_handwritten(rng, letter) if rng.integers(3) else _printed(rng, letter), rng)


def two_digits(split: Split, n: int, seed: int) -> Iterator[bytes]:
    """Draw n pictures of two digits of the split side by side, with a gap between them."""
    import numpy as np

    for i in range(n):
        rng = generator(seed, b"two digits", str(i).encode())
        left, right = (_cropped(split.images[rng.integers(len(split))]) for _ in range(2))
        gap = np.zeros((len(left), round(rng.uniform(1.5, 7) * FINE)), np.bool_)
        yield _drawn(np.pad(np.hstack([left, gap, right]), FINE), rng)


def scribbles(n: int, seed: int) -> Iterator[bytes]:
    """Draw n scribbles: one or two tangled curves."""
    for i in range(n):
        rng = generator(seed, b"scribbles", str(i).encode())
        curves = [rng.uniform(0, 1, (rng.integers(8, 19), 2)) for _ in range(rng.integers(1, 3))]
        yield _drawn(_traced(curves, rng.uniform(0.8, 2.2)), rng)


def too_faint(split: Split, n: int, seed: int) -> Iterator[bytes]:
    """Draw n digits of the split that a person cannot read: weaker than the noise, or almost black on black."""
    for i in range(n):
        rng = generator(seed, b"too faint", str(i).encode())
        image = split.images[i * len(split) // n]
        yield draw(image, _FAINT[i % len(_FAINT)](rng), rng)


def _flat(low: float, high: float) -> Callable[[np.random.Generator], Look]:
    def look(rng: np.random.Generator) -> Look:
        grey = rng.uniform(low, high)
        return replace(canvas(rng) if rng.integers(2) else Look((SIDE, SIDE), None), paper=(grey, grey, grey))

    return look


def _lit(light: str) -> Callable[[np.random.Generator], Look]:
    return lambda rng: replace(photo(rng), lights=((light, rng.uniform(0.3, 0.6)),))


def _ruled(rules: str) -> Callable[[np.random.Generator], Look]:
    return lambda rng: replace(photo(rng), rules=rules)


_BLANK: tuple[Callable[[np.random.Generator], Look], ...] = (
    _flat(1.0, 1.0),
    _flat(0.0, 0.0),
    _flat(0.1, 0.9),
    photo,
    _lit("gradient"),
    _lit("vignette"),
    _lit("shadow"),
    _ruled("lined"),
    _ruled("squared"),
)


def _white(rng: np.random.Generator, side: int) -> NDArray[np.float64]:
    return rng.uniform(0, 1, (side, side))


def _gaussian(rng: np.random.Generator, side: int) -> NDArray[np.float64]:
    return rng.normal(rng.uniform(0, 1), rng.uniform(0.05, 0.4), (side, side))


def _clouds(rng: np.random.Generator, side: int) -> NDArray[np.float64]:
    return 0.5 + 0.3 * cloud(rng, (side, side), side / rng.uniform(3, 12)).astype(float)


def _blobs(rng: np.random.Generator, side: int) -> NDArray[np.float64]:
    return (cloud(rng, (side, side), side / rng.uniform(5, 12)) > rng.uniform(-0.5, 1.0)).astype(float)


def _salt_and_pepper(rng: np.random.Generator, side: int) -> NDArray[np.float64]:
    import numpy as np

    share, ground = rng.uniform(0.05, 0.3), rng.choice((0.0, 0.5, 1.0))
    return np.where(rng.uniform(0, 1, (side, side)) < share, rng.integers(0, 2, (side, side)), ground)


_NOISES = (_white, _gaussian, _clouds, _blobs, _salt_and_pepper)


def _below_noise(rng: np.random.Generator) -> Look:
    look = photo(rng)
    blue, green, red = (part * (1 - rng.uniform(0.005, 0.015)) for part in look.paper)
    return replace(look, ink=(blue, green, red), noise=rng.uniform(0.03, 0.06), grain=0.02, pen=None)


def _black_on_black(rng: np.random.Generator) -> Look:
    grey = rng.uniform(0.012, 0.04)
    return Look((SIDE, SIDE), None, paper=BLACK, ink=(grey, grey, grey))


_FAINT = (_below_noise, _black_on_black)


def _drawn(ink: NDArray[np.bool_], rng: np.random.Generator) -> bytes:
    """Draw ink as a 28x28 picture like MNIST's, a drawing or a photo."""
    kind = rng.integers(3)
    small = Look((SIDE, SIDE), Pose(20.0), paper=BLACK, ink=WHITE)
    look = small if kind == 0 else (canvas if kind == 1 else photo)(rng, least=0.4, most=0.8)
    return photograph(place(signed_distance(ink), look.page, look.pose or Pose(20.0)), look, rng)


def _cropped(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return the ink of a digit at the fine scale, cropped to its columns."""
    import numpy as np

    ink = ink_of(image)
    columns = np.flatnonzero(ink.any(axis=0))
    return ink[:, columns[0] : columns[-1] + 1]


def _handwritten(rng: np.random.Generator, letter: str) -> NDArray[np.bool_]:
    """Write a letter with a random slant, width and unsteadiness."""
    import numpy as np

    slant = np.array([[1, 0], [rng.uniform(-0.3, 0.15), 1]])
    stretch = (rng.uniform(0.6, 0.95), 1.0)
    strokes: list[NDArray[np.float64]] = []
    for stroke in _STROKES[letter].split(";"):
        points = np.array([point.split(",") for point in stroke.split()], float) / 10
        strokes.append((points + rng.normal(0, 0.025, points.shape)) @ slant * stretch)
    return _traced(strokes, rng.uniform(1.4, 3.2))


def _traced(strokes: list[NDArray[np.float64]], width: float) -> NDArray[np.bool_]:
    """Draw strokes (points x, y, each 0 to 1) with a pen of *width* pixels, rounded by cutting corners."""
    import cv2
    import numpy as np

    ink = np.zeros((SIZE, SIZE), np.uint8)
    for stroke in strokes:
        places = np.rint((0.25 + 0.55 * rounded(stroke, 3)) * SIZE).astype(np.int32)
        cv2.polylines(ink, [places], isClosed=False, color=1, thickness=round(width * FINE))
    return ink > 0


def _printed(rng: np.random.Generator, letter: str) -> NDArray[np.bool_]:
    """Print a letter in one of OpenCV's fonts."""
    import cv2
    import numpy as np

    fonts = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX)
    page = np.zeros((SIZE, SIZE), np.uint8)
    cv2.putText(page, letter, (SIZE // 4, 3 * SIZE // 4), fonts[rng.integers(len(fonts))], 6.0, 255, 12)
    return page > HALF_COVERED
