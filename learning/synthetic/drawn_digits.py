"""Draw synthetic digits in writing styles that are rare in MNIST, as additional training data."""

from __future__ import annotations

from itertools import cycle, islice
from typing import TYPE_CHECKING

from inference.pixels.centring import draw_centred
from learning.synthetic.low_resolution import lowered
from learning.synthetic.writing_styles import STYLES
from schemas.artifacts.examples import SIDE, Split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["DATASET", "DIGITS", "draw_digits"]

DATASET = "digits drawn by a program in styles rare in MNIST"
DIGITS = tuple("0123456789")
PAGE, SCALE = 480, 16  # side in pixels, and pixels per grid unit; a digit is 10 units high, and 20 pixels in MNIST


def draw_digits(count: int, seed: int) -> Split:
    """Draw digits of all styles in turn, each with a random slant, width, pen and unsteadiness.

    Every second round through the styles is at low resolution.

    Args:
        count: number of pictures.
        seed: the same count and seed draw the same pictures.
    """
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed))
    chosen = list(islice(cycle(STYLES), count))
    drawn = [_draw(style, rng) for style in chosen]
    images = [lowered(image, rng) if i // len(STYLES) % 2 else image for i, image in enumerate(drawn)]
    ids = [f"drawn/{style.replace(' ', '-')}-{i:05d}" for i, style in enumerate(chosen)]
    return Split(
        np.array(images, np.uint8).reshape(-1, SIDE, SIDE),
        np.array([int(style[0]) for style in chosen], np.int32),
        ids,
        DIGITS,
    )


def _draw(style: str, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one digit of a style: uint8, shape [28, 28]."""
    import cv2
    import numpy as np

    strokes = _strokes(style, rng)
    slant, tilt, stretch = rng.uniform(-0.15, 0.35), rng.uniform(-0.1, 0.1), rng.uniform(0.6, 1.15)
    pen, page = rng.uniform(1.8, 4.2) * SCALE / 2, np.zeros((PAGE, PAGE), np.uint8)
    for points in strokes:
        x, y = points[:, 0] - 5, points[:, 1] - 5
        across, down = stretch * x - slant * y, y + tilt * x
        places = np.rint(np.stack([across, down], axis=1) * SCALE + PAGE / 2).astype(int).tolist()
        start, stop = rng.uniform(0.8, 1.2, 2)  # pen pressure changes along the stroke
        widths = np.linspace(start, stop, len(places)) * pen
        for begin, end, width in zip(places[:-1], places[1:], widths.tolist(), strict=False):
            cv2.line(page, begin, end, 1, max(round(width), 1))
    return draw_centred(page > 0)


def _strokes(style: str, rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """Return the strokes of one digit of a style, each as closely spaced points on the grid, float64 [n, 2]."""
    import numpy as np

    mix = rng.uniform(0, 1)
    moved: dict[str, NDArray[np.float64]] = {}  # strokes that share a point must share it after the jitter
    strokes: list[NDArray[np.float64]] = []
    for one, other in zip(*(extreme.split(";") for extreme in STYLES[style]), strict=True):
        points: list[NDArray[np.float64]] = []
        for first, second in zip(one.split(), other.split(), strict=True):
            if first not in moved:
                ends = np.array([first.split(","), second.split(",")], float)
                moved[first] = ends[0] * (1 - mix) + ends[1] * mix + rng.uniform(-0.5, 0.5, 2)
            points.append(moved[first])
        strokes.append(_curve(np.array(points), rng))
    return strokes


def _curve(points: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Round a polyline by cutting its corners (Chaikin's algorithm), with random jitter."""
    import numpy as np

    points[0] += (points[0] - points[1]) * rng.uniform(-0.08, 0.12)
    points[-1] += (points[-1] - points[-2]) * rng.uniform(-0.08, 0.12)
    for turn in range(3):
        cut = np.stack([points[:-1] * 0.75 + points[1:] * 0.25, points[:-1] * 0.25 + points[1:] * 0.75], axis=1)
        points = np.vstack([points[:1], cut.reshape(-1, 2), points[-1:]])
        if turn == 1:
            points[1:-1] += rng.uniform(-0.1, 0.1, points[1:-1].shape)
    return points
