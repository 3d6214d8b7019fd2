"""Digits made illegible: turned, crossed out, or mixed with others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from learning.synthetic.strangers.printing import printed
from schemas.artifacts.examples import SIDE, Split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["cross_out", "mix", "turn"]

PAGE = 160  # side of the page that digits are crossed out on, pixels

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
    """Draw two to four lines through a digit."""
    import cv2
    import numpy as np

    digit = split.images[rng.integers(len(split))]
    page = cv2.resize(digit, (PAGE, PAGE), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    for _ in range(rng.integers(2, 5)):
        (left, top), (right, bottom) = (rng.uniform(0.1, 0.9, (2, 2)) * PAGE).astype(int).tolist()
        cv2.line(page, (left, top), (right, bottom), 255, int(rng.integers(8, 18)), cv2.LINE_AA)
    return printed(page)


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
