"""Draw pictures of no class in MNIST's format, so that a network can learn to be sure of none of them.

A network trained on such pictures is less sure of others as well, of kinds that it never saw (Hendrycks et al. 2019,
Deep Anomaly Detection with Outlier Exposure, https://arxiv.org/abs/1812.04606).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from inference.pixels.centring import BOX, centre, draw_centred
from learning.synthetic.drawn_digits import DIGITS
from learning.synthetic.figures import draw_figure
from learning.synthetic.low_resolution import lowered
from learning.synthetic.signs import Curves, draw_sign, rounded
from schemas.artifacts.examples import SIDE, Split
from schemas.progress import report_part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["draw_strangers"]

LOWERED = 8  # one picture of so many is at low resolution, as some digits are: resolution alone tells nothing
REPORTED = 1000  # pictures between two reports of progress
PAGE = 160  # side of the page that a picture is drawn on, pixels
TALL = 110  # longer side of the drawing on it
PENS = (1.4, 4.6)  # width of the pen, pixels of MNIST's picture
FAINT = 0.02  # of the strongest ink: weaker ink does not count for the size

_TURNS: tuple[tuple[set[int], Callable[[NDArray[np.uint8]], NDArray[np.uint8]]], ...] = (
    ({3, 4, 6, 7, 9}, lambda image: image[:, ::-1]),
    ({2, 3, 4, 5, 7}, lambda image: image.T[::-1]),
    ({2, 3, 4, 5, 7}, lambda image: image.T[:, ::-1]),
    ({3, 4, 7}, lambda image: image[::-1, ::-1]),
)
"""Digits that are none when mirrored, turned left, turned right or turned upside down."""


def draw_strangers(split: Split, count: int, seed: int) -> NDArray[np.uint8]:
    """Draw pictures of no class.

    Beside the digits 0 to 9 they are signs, scribbles, figures, filled shapes and digits made illegible; one
    in eight at low resolution.
    Of other classes nothing is known, so that only mixtures of the training pictures are drawn.

    Args:
        split: the training pictures, at least one, each with ink.
        count: number of pictures.
        seed: the same arguments draw the same pictures.

    Returns:
        uint8 [count, 28, 28].
    """
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed))
    kinds = _BESIDE_DIGITS if split.classes == DIGITS else (_mixed,)
    images = np.zeros((count, SIDE, SIDE), np.uint8)
    for i in range(count):
        if i % REPORTED == 0:
            report_part("drawing pictures of no digit", i, count)
        images[i] = kinds[i % len(kinds)](split, rng)
        if i % LOWERED == 0:
            images[i] = lowered(images[i], rng)
    return images


def _sign(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    del split
    return _written(draw_sign(rng), rng)


def _scribble(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    del split
    corners = [rng.uniform(0, 10, (rng.integers(3, 16), 2)) for _ in range(rng.integers(1, 4))]
    return _written([rounded(points, 3) for points in corners], rng)


def _figure(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    del split
    return _written(draw_figure(rng), rng)


def _written(curves: Curves, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Write curves with one pen, slanted, turned and stretched at random."""
    import cv2
    import numpy as np

    slant, turn, stretch = rng.uniform(-0.3, 0.3), rng.normal(0, 0.15), rng.uniform(0.6, 1.2)
    moved = [points @ np.array([[stretch, turn], [-slant, 1.0]]) for points in curves]
    low, high = np.min([points.min(axis=0) for points in moved], axis=0), np.max([p.max(axis=0) for p in moved], axis=0)
    scale = TALL / max(float((high - low).max()), 1e-6)
    page, width = np.zeros((PAGE, PAGE), np.uint8), max(round(rng.uniform(*PENS) * TALL / BOX), 1)
    for points in moved:
        places = np.rint((points - (low + high) / 2) * scale + PAGE / 2).astype(np.int32)
        cv2.polylines(page, [places], isClosed=False, color=1, thickness=width)
    return draw_centred(page > 0)


def _shape(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Fill one to three outlines, some of them symmetrical, with a shade each."""
    import cv2
    import numpy as np

    del split
    page = np.zeros((PAGE, PAGE), np.float32)
    for _ in range(rng.integers(1, 4)):
        places, shade = _outline(rng), rng.uniform(0.3, 1)
        if rng.integers(2):
            cv2.fillPoly(page, [np.rint([PAGE, 0] + places * [-1, 1]).astype(np.int32)], shade)
        cv2.fillPoly(page, [np.rint(places).astype(np.int32)], shade)
    return _printed(page)


def _outline(rng: np.random.Generator) -> NDArray[np.float64]:
    import numpy as np

    corners = int(rng.integers(3, 10))
    angles = np.sort(rng.uniform(0, 2 * math.pi, corners))
    star = (
        np.stack([np.cos(angles), np.sin(angles)], axis=1) * rng.uniform(0.3, 1, (corners, 1)) * rng.uniform(0.4, 1, 2)
    )
    closed = rounded(np.vstack([star, star[:1]]), int(rng.integers(0, 3)))
    return (closed + rng.uniform(-0.4, 0.4, 2)) * PAGE / 3.4 + PAGE / 2


def _silhouette(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Fill a shape of varying width, whole or slit from below, even or shaded."""
    import numpy as np

    del split
    knots = int(rng.integers(3, 7))
    heights, across = np.arange(TALL)[:, np.newaxis], np.arange(PAGE) - PAGE / 2
    knotted = np.linspace(0, TALL, knots), rng.uniform(0.25, 1, knots) * rng.uniform(0.5, 1) * TALL / 2
    from_axis = np.abs(across - np.interp(heights, np.linspace(0, TALL, 3), rng.uniform(-6, 6, 3)))
    ink = from_axis < np.interp(heights, *knotted)
    if rng.integers(3) == 0:
        ink &= (from_axis > rng.uniform(1, 10) * heights / TALL) | (heights < TALL * rng.uniform(0.1, 0.7))
    page = np.zeros((PAGE, PAGE), np.float32)
    page[:TALL] = ink
    if rng.integers(4) == 0:
        page *= np.interp(np.arange(PAGE), [0, PAGE], rng.uniform(0.4, 1, 2)).astype(np.float32)
    return _printed(page)


def _turned(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Mirror or turn a digit so that it is none; mix a 0, 1 or 8, which stays a digit, with another."""
    one = rng.integers(len(split))
    turns = [turn for digits, turn in _TURNS if int(split.labels[one]) in digits]
    return _printed(turns[rng.integers(len(turns))](split.images[one])) if turns else _mixed(split, rng)


def _crossed_out(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    digit = split.images[rng.integers(len(split))]
    page = cv2.resize(digit, (PAGE, PAGE), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    for _ in range(rng.integers(2, 5)):
        (left, top), (right, bottom) = (rng.uniform(0.1, 0.9, (2, 2)) * PAGE).astype(int).tolist()
        cv2.line(page, (left, top), (right, bottom), 255, int(rng.integers(8, 18)), cv2.LINE_AA)
    return _printed(page)


def _mixed(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Put two pictures side by side, or join the upper half of one to the lower half of another and turn both."""
    import numpy as np

    one, other = (split.images[i] for i in rng.integers(len(split), size=2))
    if rng.integers(2):
        gap = np.zeros((SIDE, int(rng.integers(1, 5))), np.uint8)
        return _printed(np.hstack([_columns(one), gap, _columns(other)]))
    shifted = np.roll(other, int(rng.integers(-6, 7)), axis=1)
    return _printed(np.rot90(np.vstack([one[: SIDE // 2], shifted[SIDE // 2 :]])))


def _columns(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the columns from the first with ink to the last."""
    import numpy as np

    inked = np.flatnonzero(image.any(axis=0))
    return image[:, inked[0] : inked[-1] + 1] if len(inked) else image


def _printed(page: NDArray[np.float32] | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale and centre a grey drawing as MNIST does; without ink it stays empty."""
    import cv2
    import numpy as np

    grey = np.asarray(page, np.float32)
    rows, columns = (np.flatnonzero((grey > FAINT * grey.max(initial=0)).any(axis)) for axis in (1, 0))
    if not len(rows):
        return np.zeros((SIDE, SIDE), np.uint8)
    part = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = BOX / max(part.shape)
    size = max(round(part.shape[1] * scale), 1), max(round(part.shape[0] * scale), 1)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    return centre(np.rint(small * (255 / max(float(small.max()), 1e-6))).astype(np.uint8))


_BESIDE_DIGITS: tuple[Callable[[Split, np.random.Generator], NDArray[np.uint8]], ...] = (
    _sign,
    _scribble,
    _silhouette,
    _turned,
    _sign,
    _figure,
    _shape,
    _crossed_out,
    _sign,
    _silhouette,
    _mixed,
)
"""The kinds that are drawn in turn."""
