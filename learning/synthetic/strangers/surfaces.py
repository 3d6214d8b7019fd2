"""Surfaces of things: even, shaded, striped, checked, clouded, grainy."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["PAGE", "draw_surface", "grid"]

PAGE = 112
"""Side of the page, pixels: four for each pixel of MNIST's."""
PATTERNS = (0, 1, 1, 2)  # how many patterns a surface has, one of these
DARKEST = (0.2, 1.0)  # how far a pattern darkens
WAVES = (4, 40)  # radians from the middle of the page to its side
CELLS = (2, 60)  # cells along the page


@cache
def grid() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return x and y of each point of the page, float32 [112, 112], -1 to 1."""
    import numpy as np

    y, x = np.mgrid[-1 : 1 : PAGE * 1j, -1 : 1 : PAGE * 1j].astype(np.float32)
    return x, y


def draw_surface(rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw a surface of up to two patterns, float32 [112, 112], 0 to 1; its lightest point is 1."""
    import numpy as np

    surface = np.ones((PAGE, PAGE), np.float32)
    for _ in range(rng.choice(PATTERNS)):
        surface *= 1 - np.float32(rng.uniform(*DARKEST)) * _PATTERNS[rng.integers(len(_PATTERNS))](rng)
    return np.asarray(surface / max(float(surface.max()), 1e-3), np.float32)


def _along(angle: float) -> NDArray[np.float32]:
    import numpy as np

    x, y = grid()
    return np.asarray(x * math.cos(angle) + y * math.sin(angle), np.float32)


def _gradient(rng: np.random.Generator) -> NDArray[np.float32]:
    return _along(rng.uniform(0, 2 * math.pi)) / (2 * math.sqrt(2)) + 0.5


def _stripes(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return stripes with soft or hard edges, upright, level or at any angle."""
    import numpy as np

    angle = float(rng.choice((0.0, math.pi / 2, rng.uniform(0, math.pi))))
    wave = np.sin(_along(angle) * np.float32(rng.uniform(*WAVES)) + np.float32(rng.uniform(0, 2 * math.pi)))
    return np.clip(wave * np.float32(rng.uniform(0.25, 2.5)) + np.float32(0.5), 0, 1)


def _checks(rng: np.random.Generator) -> NDArray[np.float32]:
    return _stripes(rng) * _stripes(rng)


def _clouds(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return a grid of random shades, enlarged softly or as blocks; a fine one is grain."""
    import cv2
    import numpy as np

    cells = np.exp(rng.uniform(math.log(CELLS[0]), math.log(CELLS[1]), 2)).astype(int)
    way = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_LINEAR)[rng.integers(3)]
    return np.asarray(cv2.resize(rng.random(cells, np.float32), (PAGE, PAGE), interpolation=way), np.float32)


_PATTERNS: tuple[Callable[[np.random.Generator], NDArray[np.float32]], ...] = (
    _gradient,
    _stripes,
    _checks,
    _clouds,
    _clouds,
)
