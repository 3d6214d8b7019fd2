"""Digits saved with fixed pens, sizes, blurs and filters: python -m tests.benchmarks.reading.fixed BUNDLE.

MNIST_FILES names the folder of the four original files. `python -m tests.benchmarks.reading.saved` draws the amounts
at random.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from learning.synthetic.encoding import encode_jpeg, encode_png
from tests.benchmarks.reading.tally import tally

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Draw = Callable[[Pixels, np.random.Generator], Pixels]


def thick(image: Pixels, pen: int) -> Pixels:
    """Enlarge to 280x280 and widen the pen."""
    large = cv2.resize(image, (280, 280), interpolation=cv2.INTER_CUBIC)
    return cv2.dilate(large, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (pen, pen))).astype(np.uint8)


def tight(ink: Pixels, margin: int) -> Pixels:
    """Cut to the ink."""
    rows, columns = (np.flatnonzero((ink > 60).any(axis)) for axis in (1, 0))
    return np.pad(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], margin)


def square(ink: Pixels) -> Pixels:
    """Pad to a square."""
    height, width = ink.shape
    side = max(ink.shape)
    top, left = (side - height) // 2, (side - width) // 2
    return np.pad(ink, ((top, side - height - top), (left, side - width - left)))


def small(ink: Pixels, width: int, height: int) -> Pixels:
    """Shrink."""
    return cv2.resize(ink, (width, height), interpolation=cv2.INTER_AREA).astype(np.uint8)


def paper(ink: Pixels, rng: np.random.Generator, light: float = 225, dark: float = 60, noise: float = 3) -> Pixels:
    """Return dark ink on light paper."""
    grey = light - (light - dark) * ink.astype(np.float32) / 255 + rng.normal(0, noise, ink.shape)
    return grey.clip(0, 255).astype(np.uint8)


def blurred(pixels: Pixels, by: float) -> Pixels:
    """Blur."""
    return cv2.GaussianBlur(pixels, (0, 0), by).astype(np.uint8)


def crop(ink: Pixels) -> Pixels:
    """Shrink a crop to a height of 80 pixels."""
    cut = tight(ink, 6)
    return small(cut, max(8, 80 * cut.shape[1] // cut.shape[0]), 80)


def page(image: Pixels, rng: np.random.Generator, blur: float) -> Pixels:
    """Take a blurred photo of a page of 900 pixels with a digit of 400."""
    drawn = np.zeros((900, 900), np.uint8)
    drawn[250:650, 250:650] = cv2.resize(image, (400, 400), interpolation=cv2.INTER_CUBIC)
    return blurred(paper(drawn, rng, 210, 70, 4), blur)


def enlarged(image: Pixels, side: int, way: int) -> Pixels:
    """Enlarge with a filter."""
    return cv2.resize(image, (side, side), interpolation=way).astype(np.uint8)


def moved(image: Pixels, rng: np.random.Generator, by: int) -> Pixels:
    """Blur along a row."""
    return cv2.filter2D(paper(thick(image, 9), rng), -1, np.full((1, by), 1 / by, np.float32)).astype(np.uint8)


def softened(image: Pixels, rng: np.random.Generator, side: int) -> Pixels:
    """Shrink to *side* cells, enlarge to 60 to 400 pixels with any soft filter, on light or dark paper."""
    way = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)[rng.integers(3)]
    ink = enlarged(small(square(tight(image, 0)), side, side), int(rng.integers(60, 401)), way)
    drawn = paper(ink, rng, rng.uniform(190, 250), rng.uniform(10, 90), rng.uniform(0, 4))
    return drawn if rng.integers(2) else (255 - drawn).astype(np.uint8)


def binary(pixels: Pixels, level: int) -> Pixels:
    """Make what is darker than a level white, and the rest black."""
    return np.where(pixels < level, 255, 0).astype(np.uint8)


def drawn() -> dict[str, Draw]:
    """Return the ways by name."""
    ways: dict[str, Draw] = {}
    for pen in (1, 15, 25, 35, 45):
        shrunk = lambda image, pen=pen: small(square(tight(thick(image, pen), 12)), 28, 28)  # noqa: E731
        ways[f"28x28 tight, pen {pen}, dark on light"] = lambda image, rng, f=shrunk: paper(f(image), rng)
        ways[f"28x28 tight, pen {pen}, light on dark"] = lambda image, rng, f=shrunk: 255 - paper(f(image), rng)
    for pen in (1, 25, 45):
        wide = partial(thick, pen=pen)
        ways[f"80 pixels high, pen {pen}"] = lambda image, rng, f=wide: paper(crop(f(image)), rng)
        ways[f"28x28 stretched, pen {pen}"] = lambda image, rng, f=wide: paper(small(tight(f(image), 6), 28, 28), rng)
        ways[f"280x280, pen {pen}"] = lambda image, rng, f=wide: paper(f(image), rng)
        ways[f"28x28 whole, pen {pen}"] = lambda image, rng, f=wide: paper(small(f(image), 28, 28), rng)
    ways["16x16"] = lambda image, _: small(tight(image, 0), 16, 16)
    ways["16x16, black and white"] = lambda image, _: binary(255 - small(tight(image, 0), 16, 16), 165)
    scan = lambda image: small(square(tight(image, 0)), 8, 8)  # noqa: E731
    ways["8x8"] = lambda image, _: scan(image)
    ways["8x8, dark on light"] = lambda image, rng: paper(scan(image), rng, 250, 10, 0)
    ways["8x8, enlarged 10 times, nearest"] = lambda image, _: enlarged(scan(image), 80, cv2.INTER_NEAREST)
    ways["8x8, enlarged 20 times, bicubic"] = lambda image, rng: paper(enlarged(scan(image), 160, cv2.INTER_CUBIC), rng)
    for side in (8, 10, 16):
        ways[f"{side}x{side}, enlarged smoothly to any size"] = partial(softened, side=side)
    for by in (2, 4, 6, 7, 9):
        ways[f"280x280, blur {by}"] = lambda image, rng, by=by: blurred(paper(thick(image, 9), rng), by)
    for by in (8, 12, 16):
        ways[f"900x900 page, blur {by}"] = partial(page, blur=by)
    for by in (9, 19, 29):
        ways[f"280x280, moved {by}"] = partial(moved, by=by)
    ways["enlarged 10 times, nearest"] = lambda image, rng: paper(enlarged(image, 280, cv2.INTER_NEAREST), rng)
    ways["enlarged 4 times, bicubic"] = lambda image, _: enlarged(image, 112, cv2.INTER_CUBIC)
    ways["enlarged 20 times, bilinear"] = lambda image, _: enlarged(image, 560, cv2.INTER_LINEAR)
    ways["28x28, black and white"] = lambda image, _: binary(image, 100)
    ways["28x28, low contrast"] = lambda image, rng: paper(image, rng, 170, 120, 2)
    return ways


def file_of(images: Pixels, rng: np.random.Generator, draw: Draw) -> bytes:
    """Return the PNG file of a digit in one way."""
    return encode_png(draw(images[0], rng))


def compressed(images: Pixels, rng: np.random.Generator) -> bytes:
    """Return a JPEG file of 28x28."""
    return encode_jpeg(paper(small(thick(images[0], 15), 28, 28), rng), 40)


KINDS = {name: partial(file_of, draw=draw) for name, draw in drawn().items()} | {"28x28, JPEG 40": compressed}

if __name__ == "__main__":
    tally(KINDS, __doc__)
