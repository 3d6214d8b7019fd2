"""Line figures composed at random of ellipses, polygons, zigzags, spirals and lines."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from learning.synthetic.strangers.signs import Curves

__all__ = ["draw_figure"]


def draw_figure(rng: np.random.Generator) -> Curves:
    """Draw the strokes of a figure of two to five parts, on a grid of 10 by 10."""
    return [_PARTS[rng.integers(len(_PARTS))](rng) for _ in range(rng.integers(2, 6))]


def _ellipse(rng: np.random.Generator) -> NDArray[np.float64]:
    import numpy as np

    start, turn = rng.uniform(0, 2 * math.pi), rng.uniform(2, 2 * math.pi)
    return _around(np.linspace(start, start + turn, 24)) * rng.uniform(0.8, 4, 2) + rng.uniform(2, 8, 2)


def _polygon(rng: np.random.Generator) -> NDArray[np.float64]:
    import numpy as np

    corners = int(rng.integers(3, 7))
    angles = rng.uniform(0, 2 * math.pi) + np.arange(corners + 1) * 2 * math.pi / corners
    return _around(angles) * rng.uniform(1, 4, 2) + rng.uniform(3, 7, 2)


def _zigzag(rng: np.random.Generator) -> NDArray[np.float64]:
    import numpy as np

    teeth = int(rng.integers(3, 9))
    along, aside = np.linspace(0, 10, teeth), 5 + rng.uniform(1, 4) * (-1.0) ** np.arange(teeth)
    return np.stack([along, aside] if rng.integers(2) else [aside, along], axis=1).astype(np.float64)


def _spiral(rng: np.random.Generator) -> NDArray[np.float64]:
    import numpy as np

    angles = np.linspace(0, rng.uniform(7, 18), 60)
    return _around(angles) * (angles * 5 / angles[-1])[:, np.newaxis] + 5


def _line(rng: np.random.Generator) -> NDArray[np.float64]:
    return rng.uniform(0, 10, (2, 2))


def _around(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


_PARTS: tuple[Callable[[np.random.Generator], NDArray[np.float64]], ...] = (
    _ellipse,
    _polygon,
    _zigzag,
    _spiral,
    _line,
    _line,
)
