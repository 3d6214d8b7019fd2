"""Cut off the bars of a window around a canvas, as screenshots of drawing programs show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["without_bars"]

# Chosen on screenshots drawn for this, with MNIST's training digits.
MOST = 0.35  # of the side: highest bar
LEAST = 3  # pixels: lowest bar
STEP = 10  # of 255: least difference of a bar and the canvas
EVEN = 4  # of 255: largest difference within a row that is all bar or all canvas
ALL = 0.9  # least share of the row that is even
SMALLEST = 28  # pixels: least side of a canvas


def without_bars(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the canvas of a window, or the picture itself if no side has a bar.

    A bar has one colour at its sides and ends in one row, all along the picture, where the canvas begins. Shadows,
    tables and sheets in photos do not end so; the paper above a ruled line has the colour of the paper below; and a
    stroke at the edge of a crop has paper in its corners.

    Args:
        pixels: uint8, shape [h, w] or [h, w, 3].
    """
    import numpy as np

    for turns in range(4):
        turned = np.rot90(pixels, turns)
        height = _bar_height(turned)
        if height:
            pixels = np.rot90(turned[height:], -turns)
    return np.ascontiguousarray(pixels)


def _bar_height(pixels: NDArray[np.uint8]) -> int:
    """Return the height of the bar at the top; 0 if there is none."""
    import numpy as np

    height = len(pixels)
    if min(pixels.shape[:2]) < SMALLEST or not _is_even(pixels[0]):
        return 0
    highest = min(int(MOST * height), height - SMALLEST)
    left, right = (pixels[:, at].astype(np.int16).reshape(height, -1) for at in (0, -1))
    steps = [np.abs(np.diff(side[: highest + 1], axis=0)).max(axis=1) >= STEP for side in (left, right)]
    for row in np.flatnonzero(steps[0] & steps[1])[::-1] + 1:
        above, below = (np.concatenate([left[part], right[part]]) for part in (slice(row - 1), slice(row, None)))
        if row < LEAST or not _is_even(above) or not (_is_even(pixels[row - 1]) and _is_even(pixels[row])):
            continue
        bar, canvas = np.median(above, axis=0), np.median(below, axis=0)
        begins = np.median(pixels[row].reshape(pixels.shape[1], -1), axis=0)
        if np.abs(bar - canvas).max() >= STEP and np.abs(begins - canvas).max() <= EVEN:
            return int(row)
    return 0


def _is_even(row: NDArray[np.integer[Any]]) -> bool:
    """Return whether most of a row, [w] or [w, 3], has one colour."""
    import numpy as np

    flat = row.reshape(len(row), -1).astype(np.int16)
    even = np.abs(flat - np.median(flat, axis=0)).max(axis=1) <= EVEN
    return bool(even.mean() >= ALL)
