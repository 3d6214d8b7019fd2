"""Digits made illegible: turned, crossed out, or mixed with others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from inference.pixels.centring import bounding_box
from learning.synthetic.strangers.printing import printed
from schemas.artifacts.examples import SIDE, Split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["cross_out", "mix", "turn"]

PAGE = 320  # side of the page that digits are crossed out on, pixels
BARRED = {0, 2, 7}  # digits that some people write with a bar or a slash
STEEPEST, PAST = 1.3, (1.05, 1.6)  # of one line that crosses out: radians; its half length over what crosses the digit

_TURNS: tuple[tuple[set[int], Callable[[NDArray[np.uint8]], NDArray[np.uint8]]], ...] = (
    ({3, 4, 6, 7, 9}, lambda image: image[:, ::-1]),
    ({2, 3, 4, 5, 7}, lambda image: image.T[::-1]),
    ({2, 3, 4, 5, 7}, lambda image: image.T[:, ::-1]),
    ({3, 4, 7}, lambda image: image[::-1, ::-1]),
)
"""Digits that are none when mirrored, turned left, turned right or turned upside down."""


def turn(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Mirror or turn a digit so that it is none; mix a 0, 1 or 8, which stays a digit, with another."""
    one = rng.integers(len(split))
    turns = [each for digits, each in _TURNS if int(split.labels[one]) in digits]
    return printed(turns[rng.integers(len(turns))](split.images[one])) if turns else mix(split, rng)


def cross_out(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one line through a digit and past it on both sides, or two to four lines anywhere."""
    import cv2
    import numpy as np

    one = rng.integers(len(split))
    ink = cv2.resize(split.images[one], (PAGE // 2, PAGE // 2), interpolation=cv2.INTER_LINEAR)
    page = np.pad(ink, PAGE // 4).astype(np.float32)
    single = int(split.labels[one]) not in BARRED and rng.integers(2)
    anywhere = rng.uniform(0.3, 0.7, (rng.integers(2, 5), 2, 2)) * PAGE
    for ends in [_strike(page, rng)] if single else anywhere:
        (left, top), (right, bottom) = ends.astype(int).tolist()
        cv2.line(page, (left, top), (right, bottom), 255, int(rng.integers(8, 18)), cv2.LINE_AA)
    return printed(page)


def _strike(page: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the ends (x, y) of a line that goes past the ink of a page on both sides, float64 [2, 2]."""
    import numpy as np

    top, bottom, left, right = bounding_box(page > page.max() / 2)
    wide, high = (right - left) / 2, (bottom - top) / 2
    middle = np.array([left + wide, top + high]) + rng.normal(0, 0.15, 2) * high
    angle = rng.uniform(-STEEPEST, STEEPEST)
    reach = min(wide / max(abs(np.cos(angle)), 1e-6), high / max(abs(np.sin(angle)), 1e-6))
    past = max(reach, 0.6 * high) * rng.uniform(*PAST, (2, 1))
    return middle + np.outer((-1, 1), (np.cos(angle), -np.sin(angle))) * past


def mix(split: Split, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Put two pictures side by side, or join the upper half of one to the lower half of another and turn both."""
    import numpy as np

    one, other = (split.images[i] for i in rng.integers(len(split), size=2))
    if rng.integers(2):
        gap = np.zeros((SIDE, int(rng.integers(1, 5))), np.uint8)
        return printed(np.hstack([_columns(one), gap, _columns(other)]))
    shifted = np.roll(other, int(rng.integers(-6, 7)), axis=1)
    return printed(np.rot90(np.vstack([one[: SIDE // 2], shifted[SIDE // 2 :]])))


def _columns(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the columns from the first with ink to the last."""
    import numpy as np

    inked = np.flatnonzero(image.any(axis=0))
    return image[:, inked[0] : inked[-1] + 1] if len(inked) else image
