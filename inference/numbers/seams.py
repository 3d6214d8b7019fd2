"""Ways to cut ink into a left and a right part: along paths that cross little ink, and along straight lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Mask = NDArray[np.bool_]

__all__ = ["find_seams"]

# Measured on touching pairs of learning/synthetic/drawn_pages.py. A straight line may follow a stroke that a path would
# rather go around: the stem of a 7 that meets a 1.
ROWS = 64  # height to which the ink is reduced
STARTS = (0.15, 0.3, 0.4, 0.5, 0.6, 0.7, 0.85)  # of the height: rows in which the paths start, up and down
FIRST, LAST, APART = 0.12, 0.88, 0.05  # of the width: where they start, and how far apart
MOST = 10  # paths of each row
PAPER, ASIDE = 0.03, 0.02  # cost of a row of paper, and of a step aside, where a row of ink costs 1
SLOPE = 1.4  # times the cost of a pixel: that of a pixel that is reached diagonally
TILTS = (-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6)  # columns a row: how straight lines lean
EACH, ASUNDER = 3, 0.08  # straight lines of each tilt; of the width: how far apart
LEAST = 0.1  # of the ink: least share on either side


def find_seams(own: Mask) -> list[tuple[Mask, Mask]]:
    """Return ways to cut ink into a left and a right part, each bool [h, w].

    Args:
        own: bool, shape [h, w]: the ink.
    """
    import cv2
    import numpy as np

    height, width = own.shape
    size = max(round(ROWS * width / height), 3), ROWS
    small = np.asarray(cv2.resize(own.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)
    rows = (np.arange(height, dtype=np.float64) + 0.5) * ROWS / height - 0.5
    columns, total = np.arange(width, dtype=np.float64), np.count_nonzero(own)
    found: dict[bytes, tuple[Mask, Mask]] = {}
    for path in _ways(small):
        at = np.asarray((np.interp(rows, np.arange(ROWS), path) + 0.5) * width / size[0], np.float64)
        left = np.asarray(own & (columns < at[:, None]), np.bool_)
        if LEAST <= np.count_nonzero(left) / total <= 1 - LEAST:
            found[left.tobytes()] = left, own & ~left
    return list(found.values())


def _ways(small: NDArray[np.float32]) -> Iterator[NDArray[np.float64]]:
    """Yield the column in each row, float64 [h], of each way through ink, float32 [h, w]."""
    import numpy as np

    for share in STARTS:
        for path in _paths(small + np.float32(PAPER), round(share * ROWS)):
            yield path.astype(np.float64)
    for tilt in TILTS:
        yield from _straight_lines(small, tilt)


def _straight_lines(small: NDArray[np.float32], tilt: float) -> list[NDArray[np.float64]]:
    """Return the lines of a tilt, in columns a row, that cross the least ink: the column in each row, float64 [h]."""
    import cv2
    import numpy as np

    height, width = small.shape
    margin, centre = height // 2, (height - 1) / 2
    upright = np.array([[1, tilt, margin - tilt * centre], [0, 1, 0]], np.float64)
    inked = cv2.warpAffine(small, upright, (width + 2 * margin, height)).sum(axis=0)[margin : margin + width]
    share = np.cumsum(inked) / inked.sum()
    kept: list[int] = []
    for column in np.argsort(inked, kind="stable").tolist():
        inside = LEAST <= share[column] <= 1 - LEAST
        if inside and len(kept) < EACH and all(abs(column - other) >= ASUNDER * width for other in kept):
            kept.append(column)
    return [each - tilt * (np.arange(height) - centre) for each in kept]


def _paths(cost: NDArray[np.float32], start: int) -> list[NDArray[np.int64]]:
    """Return the cheapest paths through a row that lie some way apart there: the column in each row, int64 [h]."""
    import numpy as np

    width = cost.shape[1]
    above, below = _spread(cost[: start + 1]), _spread(cost[start:][::-1])
    total = above[0] + below[0] - cost[start]
    kept: list[int] = []
    for column in np.argsort(total, kind="stable").tolist():
        inside = FIRST * width <= column <= LAST * width
        if inside and len(kept) < MOST and all(abs(column - other) >= APART * width for other in kept):
            kept.append(column)
    return [np.concatenate([_trace(above[1], each)[:0:-1], _trace(below[1], each)]) for each in kept]


def _spread(cost: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """Return the cost of the cheapest path from the first row to each pixel of the last, and each path's steps aside.

    Args:
        cost: float32, shape [h, w]: of each pixel.

    Returns:
        The costs, float32 [w]; and for each pixel the step aside that leads to it, -1 to 1, int8 [h, w].
    """
    import numpy as np

    least, steps = cost[0], np.zeros(cost.shape, np.int8)
    for row in range(1, len(cost)):
        before, aside = np.pad(least, 1, constant_values=np.inf), SLOPE * cost[row] + ASIDE
        ways = np.stack([before[:-2] + aside, before[1:-1] + cost[row], before[2:] + aside])
        steps[row] = ways.argmin(axis=0) - 1
        least = ways.min(axis=0)
    return least, steps


def _trace(steps: NDArray[np.int8], column: int) -> NDArray[np.int64]:
    """Return the columns of the path that ends in a column of the last row, from there to the first row."""
    import numpy as np

    path = [column]
    for row in steps[:0:-1]:
        path.append(path[-1] + int(row[path[-1]]))
    return np.array(path, np.int64)
