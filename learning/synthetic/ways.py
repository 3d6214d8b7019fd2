"""Save digits in the ways that people do: small, tight, thick, enlarged, stretched, blurred, compressed, faint.

Each way is a function that draws its own amounts, so that no way stands for one size, one blur or one pen. Each picture
depends on the seed, the way and the digit's pixels only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from learning.synthetic.encoding import encode_jpeg, encode_png
from learning.synthetic.robustness import generator
from schemas.artifacts.examples import SIDE, Split
from schemas.progress import report_part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["WAYS", "read_back", "save", "with_saved"]

LARGE = 10 * SIDE  # side at which pens are thickened and pictures blurred
INK = 60  # of 255: weaker ink does not count for the crop
BINARY = (70, 130)  # of 255: thresholds of pictures without grey


def save(image: NDArray[np.uint8], way: str, seed: int) -> bytes:
    """Save a digit in one way.

    Args:
        image: uint8, shape [28, 28], 0 is background and 255 is ink; contains ink.
        way: one of WAYS.
        seed: the same image, way and seed return the same picture.

    Returns:
        A PNG or JPEG file, 16x16 to 900x900 pixels.
    """
    return WAYS[way](image, generator(seed, way.encode(), image.tobytes()))


def read_back(split: Split, *, per_way: int, seed: int) -> dict[str, tuple[NDArray[np.uint8], NDArray[np.int32]]]:
    """Save pictures of a split in each way, and return what the front end makes of them.

    Pictures in which it finds no digit, or several, are left out.

    Args:
        split: pictures in MNIST's format; each contains ink.
        per_way: pictures of each way, evenly spaced in the split, others for each way; at most the whole split.
        seed: of the ways.

    Returns:
        For each way the pictures, uint8 [n, 28, 28], and their labels, int32 [n].
    """
    import numpy as np

    from inference.reading import read_picture

    count = min(per_way, len(split))
    back: dict[str, tuple[NDArray[np.uint8], NDArray[np.int32]]] = {}
    for done, way in enumerate(WAYS):
        report_part("ways of saving", done, len(WAYS))
        chosen = [(i * len(WAYS) + done) * len(split) // (count * len(WAYS)) for i in range(count)]
        readings = [(read_picture(save(split.images[i], way, seed)), split.labels[i]) for i in chosen]
        found = [(reading.image, label) for reading, label in readings if reading.digits == 1]
        images = np.array([image for image, _ in found], np.uint8).reshape(-1, SIDE, SIDE)
        back[way] = images, np.array([label for _, label in found], np.int32)
    return back


def with_saved(split: Split, per_way: int, seed: int) -> Split:
    """Return a split with what the front end makes of saved copies of some pictures added at its end.

    Args:
        split: the training pictures; each contains ink.
        per_way: copies of each way.
        seed: of the ways.
    """
    import numpy as np

    images, labels, ids = [split.images], [split.labels], list(split.ids)
    for way, (copies, known) in read_back(split, per_way=per_way, seed=seed).items():
        images.append(copies)
        labels.append(known)
        ids += [f"{way}/{i}" for i in range(len(copies))]
    return Split(np.concatenate(images), np.concatenate(labels), ids, split.classes)


def _tight(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Save 28x28 cut tightly to a square, any pen, dark on light or light on dark."""
    ink = _square(_cropped(_thickened(image, rng, 45), rng, 0.02, 0.06))
    return encode_png(_either_way(_shrunk(ink, (SIDE, SIDE)), rng))


def _whole(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Save the whole canvas at 28x28 or 280x280, any pen."""
    ink = _thickened(image, rng, 45)
    return encode_png(_on_paper(_shrunk(ink, (SIDE, SIDE)) if rng.integers(2) else ink, rng))


def _low(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Save a crop of 40 to 120 pixels height."""
    ink = _cropped(_thickened(image, rng, 45), rng, 0.02, 0.06)
    height = int(rng.integers(40, 121))
    return encode_png(_on_paper(_shrunk(ink, (max(8, height * ink.shape[1] // ink.shape[0]), height)), rng))


def _stretched(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Save a crop that is stretched to a square."""
    side = int(rng.choice((SIDE, 32, 64)))
    return encode_png(_on_paper(_shrunk(_cropped(_thickened(image, rng, 35), rng, 0.02, 0.06), (side, side)), rng))


def _tiny(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Save 16x16 in greys, as USPS does."""
    return encode_png(_either_way(_shrunk(_cropped(image, rng, 0, 0), (16, 16)), rng, plain=True))


def _tiny_binary(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Save 16x16 in black and white, as Semeion does."""
    import numpy as np

    small = _shrunk(_cropped(image, rng, 0, 0), (16, 16))
    return encode_png(_either_way(np.where(small > rng.integers(*BINARY), 255, 0).astype(np.uint8), rng, plain=True))


def _unfocused(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Save out of focus at 280x280, or as a page of 900x900."""
    import cv2
    import numpy as np

    if rng.integers(2):
        return encode_png(_blurred(_on_paper(_thickened(image, rng, 25), rng), rng.uniform(1, 9)))
    page, side = np.zeros((900, 900), np.uint8), int(rng.integers(300, 501))
    top, left = rng.integers(150, 250, 2)
    page[top : top + side, left : left + side] = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
    return encode_png(_blurred(_on_paper(page, rng), rng.uniform(4, 16)))


def _moved(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Save with motion blur along either axis, 280x280."""
    import cv2
    import numpy as np

    length = 2 * int(rng.integers(3, 15)) + 1
    kernel = np.full((1, length) if rng.integers(2) else (length, 1), 1 / length, np.float32)
    return encode_png(cv2.filter2D(_on_paper(_thickened(image, rng, 25), rng), -1, kernel).astype("uint8"))


def _enlarged(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Save enlarged 2 to 20 times with any filter."""
    import cv2
    import numpy as np

    filters = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)
    side = SIDE * int(rng.integers(2, 21))
    large = cv2.resize(image, (side, side), interpolation=filters[rng.integers(len(filters))]).astype(np.uint8)
    return encode_png(_either_way(large, rng, plain=bool(rng.integers(2))))


def _compressed(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Save 28x28 to 112x112 as JPEG of quality 25 to 70."""
    side = SIDE * int(rng.integers(1, 5))
    return encode_jpeg(_on_paper(_shrunk(_thickened(image, rng, 25), (side, side)), rng), int(rng.integers(25, 71)))


def _binary(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Save 28x28 in black and white."""
    import numpy as np

    return encode_png(_either_way(np.where(image > rng.integers(*BINARY), 255, 0).astype(np.uint8), rng, plain=True))


def _faint(image: NDArray[np.uint8], rng: np.random.Generator) -> bytes:
    """Save 28x28 to 112x112 with low contrast and grain."""
    side, light = SIDE * int(rng.integers(1, 5)), rng.uniform(120, 230)
    return encode_png(_paper(_shrunk(image, (side, side)), rng, light, light - rng.uniform(40, 70), 2))


WAYS: dict[str, Callable[[NDArray[np.uint8], np.random.Generator], bytes]] = {
    "tight": _tight,
    "whole": _whole,
    "low": _low,
    "stretched": _stretched,
    "tiny": _tiny,
    "tiny_binary": _tiny_binary,
    "unfocused": _unfocused,
    "moved": _moved,
    "enlarged": _enlarged,
    "compressed": _compressed,
    "binary": _binary,
    "faint": _faint,
}
"""Each way by its name."""


def _thickened(image: NDArray[np.uint8], rng: np.random.Generator, most: int) -> NDArray[np.uint8]:
    """Enlarge to 280x280 and widen the pen by up to *most* pixels."""
    import cv2

    large = cv2.resize(image, (LARGE, LARGE), interpolation=cv2.INTER_CUBIC)
    width = int(rng.integers(1, most + 1))
    return cv2.dilate(large, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))).astype("uint8")


def _cropped(ink: NDArray[np.uint8], rng: np.random.Generator, least: float, most: float) -> NDArray[np.uint8]:
    """Cut to the ink, with a margin of *least* to *most* of the picture's side."""
    import numpy as np

    rows, columns = (np.flatnonzero((ink > INK).any(axis)) for axis in (1, 0))
    margin = round(rng.uniform(least, most) * len(ink))
    return np.pad(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], margin)


def _square(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    import numpy as np

    height, width = ink.shape
    down, right = max(width - height, 0), max(height - width, 0)
    return np.pad(ink, ((down // 2, down - down // 2), (right // 2, right - right // 2)))


def _shrunk(ink: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    import cv2

    return cv2.resize(ink, size, interpolation=cv2.INTER_AREA).astype("uint8")


def _either_way(ink: NDArray[np.uint8], rng: np.random.Generator, *, plain: bool = False) -> NDArray[np.uint8]:
    """Return light ink on dark or dark ink on light, on paper or *plain* black and white."""
    inverted = bool(rng.integers(2))
    if plain:
        return 255 - ink if inverted else ink
    return _on_paper(ink, rng) if inverted else 255 - _on_paper(ink, rng)


def _on_paper(ink: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    return _paper(ink, rng, rng.uniform(190, 250), rng.uniform(20, 90), rng.uniform(0, 4))


def _paper(
    ink: NDArray[np.uint8], rng: np.random.Generator, light: float, dark: float, noise: float
) -> NDArray[np.uint8]:
    import numpy as np

    grey = light - (light - dark) * ink.astype(np.float32) / 255 + rng.normal(0, noise, ink.shape)
    return grey.clip(0, 255).astype(np.uint8)


def _blurred(pixels: NDArray[np.uint8], deviation: float) -> NDArray[np.uint8]:
    import cv2

    return cv2.GaussianBlur(pixels, (0, 0), deviation).astype("uint8")
