"""Find the gaps between strokes: loops, openings and slots that a change of width must not close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.pixels.connected_components import connected_components

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["distance", "find_gaps", "without_dips"]

# In pixels of the 28x28. Measured on hairlines and on thick pens, drawn in the styles of learning/synthetic.
NARROW, BREAK = 0.7, 1.8  # widest gap within a part, and between two parts of a broken stroke, that is no gap
FACING = 1.6  # distance between the ink on two sides of a gap over that from its middle: 2 if they are parallel
SMOOTH, WIDEST = 0.4, 3.5  # standard deviation of a blur that removes grain; widest dip
WEAKER, DEEP = 0.05, 0.8  # of the ink's contrast: least depth of a dip; least distance from the edge that it reaches


def distance(mask: NDArray[np.bool_]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return each pixel's distance from the nearest False one, and the place of that in the flattened mask.

    Args:
        mask: bool, shape [h, w], not all True.

    Returns:
        float32 and int64, shape [h, w].
    """
    import cv2
    import numpy as np

    away, each = cv2.distanceTransformWithLabels(mask.view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    label = np.asarray(each, np.int64)
    off = np.flatnonzero(~mask)
    places = np.zeros(len(off) + 1, np.int64)
    places[label.ravel()[off]] = off
    return np.asarray(away, np.float32), np.take(places, label)


def find_gaps(mask: NDArray[np.bool_], width: float, unit: float) -> NDArray[np.bool_]:
    """Return the gaps between strokes that face each other, loops included, as far as *width* allows.

    Args:
        mask: bool, shape [h, w]: ink.
        width: pixels of the 28x28: of a wider gap only this much about its middle is returned.
        unit: pixels for each pixel of the 28x28.

    Returns:
        bool, shape [h, w]; no ink.
    """
    import numpy as np

    away, nearest = distance(~mask)
    middles = _middles(mask, away, nearest, unit)
    if not middles.any():
        return middles
    off, middle = distance(~middles)
    return ~mask & (off <= np.minimum(width / 2 * unit, np.take(away, middle)))


def _middles(
    mask: NDArray[np.bool_], away: NDArray[np.float32], nearest: NDArray[np.int64], unit: float
) -> NDArray[np.bool_]:
    """Return the middle lines of gaps, bool [h, w]: there the nearest ink changes to the opposite side."""
    import numpy as np

    part = np.take(connected_components(mask)[0], nearest)
    y, x = np.divmod(nearest, mask.shape[1])
    found = np.zeros_like(mask)
    for here, there in ((np.s_[:, :-1], np.s_[:, 1:]), (np.s_[:-1], np.s_[1:])):
        apart = np.hypot(y[here] - y[there], x[here] - x[there])
        least = np.where(part[here] == part[there], NARROW, BREAK) * unit
        found[here] |= (apart > FACING * away[here]) & (apart >= least)
    return found


def without_dips(mask: NDArray[np.bool_], signed: NDArray[np.float32], unit: float) -> NDArray[np.bool_]:
    """Open the loops and slots that soft edges have all but closed: the ink is a little weaker there.

    Args:
        mask: bool, shape [h, w]: thick ink.
        signed: float32, shape [h, w]: grey over the contrast of ink and paper, larger on ink.
        unit: pixels for each pixel of the 28x28.

    Returns:
        bool, shape [h, w].
    """
    import cv2
    import numpy as np

    smooth = cv2.GaussianBlur(signed, (0, 0), SMOOTH * unit)
    side = round(WIDEST * unit) | 1
    closed = cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    labels, table = connected_components(mask & np.asarray(closed - smooth >= WEAKER, np.bool_))
    deep = np.zeros(len(table), np.bool_)
    deep[labels[distance(mask)[0] >= DEEP * unit]] = True  # the steps of an enlarged outline are shallow
    deep[0] = False
    left = mask & ~np.take(deep, labels)
    return left if left.any() else mask
