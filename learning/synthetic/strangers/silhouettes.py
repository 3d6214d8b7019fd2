"""Filled shapes with surfaces, as pictures of things show them: one to three parts, with slits, holes and straps."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from inference.pixels.connected_components import dilated
from learning.synthetic.strangers.signs import rounded
from learning.synthetic.strangers.surfaces import PAGE, draw_surface, grid

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["draw_outlines", "draw_silhouette"]

PARTS, HOLES = (1, 1, 1, 2, 3), (0, 0, 0, 1, 2)  # how many a silhouette has, one of these
MIRRORED, STRAPPED, LAID, SLIT, STEPPED = 0.6, 0.25, 0.3, 0.4, 0.3  # shares of the silhouettes or shapes
SHADE = (0.4, 1.0)  # of a part's lightest point
PENS = (4, 14)  # width of the pen that draws outlines, pixels of the page
AREAS, ATTEMPTS = 3, 20  # least number of areas that outlines enclose: an 8 encloses two


def draw_silhouette(rng: np.random.Generator) -> NDArray[np.float32]:
    """Draw one to three shapes, each with its own surface, symmetrical most of them: float32 [112, 112], 0 to 1."""
    return _draw(rng, draw_surface)


def draw_outlines(rng: np.random.Generator) -> NDArray[np.bool_]:
    """Draw outlines of shapes with a pen, which enclose more areas than a digit does: bool [140, 140]."""
    import cv2
    import numpy as np

    lines = np.zeros((PAGE, PAGE), np.bool_)
    for _ in range(ATTEMPTS):
        page = np.pad(_draw(rng, lambda _: np.ones((PAGE, PAGE), np.float32)), PENS[1])
        edges = cv2.morphologyEx(page, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
        pen = int(rng.integers(*PENS))
        lines = dilated(edges, pen | 1, pen | 1)
        if cv2.connectedComponents((~lines).view(np.uint8), connectivity=4)[0] - 2 >= AREAS:
            break
    return lines


def _draw(
    rng: np.random.Generator, surface: Callable[[np.random.Generator], NDArray[np.float32]]
) -> NDArray[np.float32]:
    import numpy as np

    page, mirrored = np.zeros((PAGE, PAGE), np.float32), bool(rng.random() < MIRRORED)
    for _ in range(rng.choice(PARTS)):
        shape = _mirrored(_SHAPES[rng.integers(len(_SHAPES))](rng), mirrored=mirrored)
        page = np.maximum(page, shape * surface(rng) * np.float32(rng.uniform(*SHADE)))
    for _ in range(rng.choice(HOLES)):
        page[_mirrored(_hole(rng), mirrored=mirrored)] = 0
    if rng.random() < STRAPPED:
        strap = _bands(rng, int(rng.integers(1, 3)), (2, 9))
        page = np.maximum(page, _mirrored(strap, mirrored=mirrored) * np.float32(rng.uniform(*SHADE)))
    return np.rot90(page, int(rng.integers(4))) if rng.random() < LAID else page


def _mirrored(shape: NDArray[np.bool_], *, mirrored: bool) -> NDArray[np.bool_]:
    return shape | shape[:, ::-1] if mirrored else shape


def _upright(rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return a shape about an axis, of varying width, whole or slit from below, as trousers, bottles and vases."""
    import numpy as np

    x, y = grid()
    axis = np.interp(y[:, 0], [-1, 0, 1], rng.uniform(-0.1, 0.1, 3))[:, np.newaxis]
    half, away = _profile(rng, 0.15, 1)[:, np.newaxis] * rng.uniform(0.4, 1), np.abs(x - axis)
    shape = np.asarray(away < half, np.bool_)
    if rng.random() < SLIT:
        middle = rng.choice((0.0, rng.uniform(0.2, 0.7))) * half.mean()
        shape &= (np.abs(away - middle) > rng.uniform(0.01, 0.15) * (1 + y)) | (y < rng.uniform(-0.9, 0.5))
    return shape


def _lying(rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return a shape between an upper and a lower edge, whole or slit along, as shoes, cars and hills."""
    import numpy as np

    _, y = grid()
    lower = rng.uniform(0, 0.6) if rng.random() < 1 - SLIT else _profile(rng, 0.1, 0.8)
    shape = np.asarray((y > _profile(rng, -0.9, 0.3)) & (y < lower), np.bool_)
    if rng.random() < SLIT:
        shape &= np.abs(y - _profile(rng, -0.5, 0.3)) > rng.uniform(0.02, 0.1)
    return shape


def _profile(rng: np.random.Generator, low: float, high: float) -> NDArray[np.float32]:
    """Return a random function along the page, float32 [112], of straight pieces or of steps."""
    import numpy as np

    knots = int(rng.integers(2, 8))
    places = np.sort(np.append(rng.uniform(0, 1, knots - 2), [0, 1]))
    heights, along = rng.uniform(low, high, knots), np.linspace(0, 1, PAGE)
    stepped = heights[np.searchsorted(places[1:-1], along)]
    return np.asarray(stepped if rng.random() < STEPPED else np.interp(along, places, heights), np.float32)


def _star(rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return an angular or rounded shape about a point."""
    import cv2
    import numpy as np

    corners = int(rng.integers(3, 10))
    angles = np.sort(rng.uniform(0, 2 * math.pi, corners))
    radii = rng.uniform(rng.uniform(0.2, 0.9), 1, (corners, 1)) * rng.uniform(0.3, 1, 2)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * radii
    outline = rounded(np.vstack([points, points[:1]]), int(rng.integers(0, 3))) + rng.uniform(-0.3, 0.3, 2)
    page = np.zeros((PAGE, PAGE), np.uint8)
    cv2.fillPoly(page, [np.rint((outline + 1) * PAGE / 2).astype(np.int32)], 1)
    return page > 0


def _branches(rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return broad bands that cross, as sandals, ribbons and branches."""
    return _bands(rng, int(rng.integers(2, 6)), (5, 24))


def _bands(rng: np.random.Generator, count: int, widths: tuple[int, int]) -> NDArray[np.bool_]:
    import cv2
    import numpy as np

    page = np.zeros((PAGE, PAGE), np.uint8)
    for _ in range(count):
        curve = rounded(rng.uniform(0.02, 0.98, (int(rng.integers(2, 5)), 2)), int(rng.integers(0, 3)))
        places = np.rint(curve * PAGE).astype(np.int32)
        cv2.polylines(page, [places], isClosed=False, color=1, thickness=int(rng.integers(*widths)))
    return page > 0


def _hole(rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return an ellipse, a rectangle or a wedge."""
    import numpy as np

    x, y = grid()
    wide, high = rng.uniform(0.05, 0.5, 2)
    across, down = np.abs(x - rng.choice((0.0, rng.uniform(-0.6, 0.6)))) / wide, (y - rng.uniform(-0.9, 0.7)) / high
    return np.asarray(
        (across**2 + down**2 < 1, (across < 1) & (abs(down) < 1), across < 1 - abs(down))[rng.integers(3)]
    )


_SHAPES: tuple[Callable[[np.random.Generator], NDArray[np.bool_]], ...] = (
    _upright,
    _upright,
    _lying,
    _lying,
    _star,
    _branches,
    _branches,
)
"""The kinds of shapes, each as likely as often it is named."""
