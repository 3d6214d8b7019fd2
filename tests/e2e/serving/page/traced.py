"""Strokes traced from the picture of a digit, as a hand would draw them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["trace_strokes"]

LARGER = 4  # the picture is enlarged so many times before it is thinned
INK = 100
AHEAD = 5  # pixels that a stroke looks back on to find its direction
SHORTEST = 6  # pixels: shorter pieces are burrs of the thinning, unless they are all there is
AROUND = tuple((y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if y or x)


def trace_strokes(image: NDArray[np.uint8]) -> list[list[tuple[float, float]]]:
    """Return the strokes of a digit.

    Args:
        image: uint8 [28, 28], light ink on 0.

    Returns:
        For each stroke the points (x, y) that it passes, as shares of the picture's side.
    """
    side = image.shape[0] * LARGER
    large = cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)
    left = {(int(y), int(x)) for y, x in np.argwhere(_thinned(large > INK))}
    strokes: list[list[tuple[int, int]]] = []
    while left:
        ends = [each for each in sorted(left) if len(_neighbours(each, left)) == 1]
        stroke = _follow((ends or sorted(left))[0], left)
        if len(stroke) >= SHORTEST or not (strokes or left):
            strokes.append(stroke)
    return [[((x + 0.5) / side, (y + 0.5) / side) for y, x in _smooth(stroke)] for stroke in strokes]


def _neighbours(place: tuple[int, int], among: set[tuple[int, int]]) -> list[tuple[int, int]]:
    return [each for y, x in AROUND if (each := (place[0] + y, place[1] + x)) in among]


def _follow(start: tuple[int, int], left: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """Walk from a pixel as straight as possible, and take the pixels that are passed."""
    stroke = [start]
    left.discard(start)
    while around := _neighbours(stroke[-1], left):
        back = stroke[max(len(stroke) - AHEAD, 0)]
        direction = np.subtract(stroke[-1], back)
        step = max(around, key=lambda each: float(np.dot(np.subtract(each, stroke[-1]), direction)))
        left.difference_update(around)
        stroke.append(step)
    return stroke


def _smooth(stroke: list[tuple[int, int]]) -> NDArray[np.float64]:
    """Return every third point, each the mean of five."""
    points = np.asarray(stroke, float)
    padded = np.pad(points, ((2, 2), (0, 0)), "edge")
    means = np.mean([padded[i : i + len(points)] for i in range(5)], axis=0)
    means[0], means[-1] = points[0], points[-1]
    return np.vstack([means[:-1:3], means[-1:]])


def _thinned(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thin strokes to one pixel (Zhang and Suen 1984, https://doi.org/10.1145/357994.358023)."""
    ink = ink.copy()
    while True:
        before = int(ink.sum())
        for odd in (False, True):
            padded = np.pad(ink, 1)
            height, width = ink.shape
            north, north_east, east, south_east, south, south_west, west, north_west = (
                padded[1 + y : 1 + y + height, 1 + x : 1 + x + width]
                for y, x in ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
            )
            ring = np.stack([north, north_east, east, south_east, south, south_west, west, north_west]).astype(int)
            count = ring.sum(axis=0)
            crossings = ((ring == 0) & (np.roll(ring, -1, axis=0) == 1)).sum(axis=0)
            sides = (
                ~(north & east & west) & ~(north & south & west)
                if odd
                else ~(north & east & south) & ~(east & south & west)
            )
            ink &= ~((count >= 2) & (count <= 6) & (crossings == 1) & sides)
        if int(ink.sum()) == before:
            return ink
