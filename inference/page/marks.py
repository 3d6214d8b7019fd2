"""Tell what people and forms draw around a digit from its strokes: boxes, circles and lines below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.pixels.connected_components import dilated, eroded, longest_outline

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["are_within", "find_frames", "find_underlines"]

# Chosen by eye on the robustness suite's pictures, and on circled and underlined digits drawn for this.
LONG = 0.2  # of the longest part: least length of a box, circle or underline
THIN = 0.3  # largest share of its bounding box that a drawn frame fills
RECTANGLE = 0.88  # least share of its smallest rotated rectangle that a box encloses
INSIDE = 0.2  # of a box's shorter side: least length of what it holds
DEEP = 0.12  # of a circle's shorter side: its ink is no deeper in its convex hull than this, but for
STRAY = 0.05  # a share of its ink: a digit's strokes cross its hull
COVERED = 0.85  # least share of its convex hull's outline that a circle covers; one drawn in haste has a gap
HELD = 0.3  # of a circle's longer side: least length of what it holds; the dot in a 0 is smaller
FLAT = 0.2  # largest height over width of an underline, its slope included
ABOVE = 0.4  # of an underline's width: least length of what stands on it
OVERLAP = 0.03  # of an underline's width: how far that may reach below the line's upper edge


def find_frames(labels: NDArray[np.int32], table: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which parts are thin boxes or circles around other parts, bool [parts].

    Args:
        labels: int32, shape [h, w]: the part of each pixel.
        table: int32, shape [parts, 5]: left, top, width, height and area of each part, the background first.
    """
    import numpy as np

    found = np.zeros(len(table), np.bool_)
    for part in np.flatnonzero(_are_long(table) & (table[:, 4] <= THIN * table[:, 2] * table[:, 3])):
        found[part] = _is_frame(int(part), labels, table)
    return found


def find_underlines(table: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which parts are lines below something narrower than they are, bool [parts].

    Args:
        table: int32, shape [parts, 5]: left, top, width, height and area of each part, the background first.
    """
    import numpy as np

    left, top, width, height = table[:, :4].T
    longer = np.maximum(width, height)
    found = np.zeros(len(table), np.bool_)
    for line in np.flatnonzero(_are_long(table) & (height <= FLAT * width)):
        stands = (longer >= ABOVE * width[line]) & (top + height <= top[line] + OVERLAP * width[line])
        spanned = (left >= left[line]) & (left + width <= left[line] + width[line])
        found[line] = bool((stands & spanned)[1:].any())
    return found


def are_within(table: NDArray[np.int32], part: int) -> NDArray[np.bool_]:
    """Return which parts lie in the bounding box of *part*, bool [parts]."""
    import numpy as np

    begin, end = table[part, :2], table[part, :2] + table[part, 2:4]
    ends = table[:, :2] + table[:, 2:4]
    within = np.asarray(((table[:, :2] > begin) & (ends < end)).all(axis=1), np.bool_)
    within[0] = False  # the background's box is all that it shows
    return within


def _are_long(table: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return which parts are not short beside the longest: pages of grain have thousands of parts."""
    import numpy as np

    longer = table[:, 2:4].max(axis=1)
    return np.asarray((longer >= LONG * longer[1:].max(initial=0)) & (np.arange(len(table)) > 0), np.bool_)


def _is_frame(part: int, labels: NDArray[np.int32], table: NDArray[np.int32]) -> bool:
    """Return whether a thin part is a drawn box or circle: with ink inside, and straight or round."""
    import cv2

    left, top, width, height = map(int, table[part, :4])
    largest = int(table[are_within(table, part), 2:4].max(initial=0))
    if largest < INSIDE * min(width, height):
        return False
    mask = labels[top : top + height, left : left + width] == part
    outline = longest_outline(mask)
    turned = cv2.minAreaRect(outline)[1]
    if cv2.contourArea(outline) > RECTANGLE * turned[0] * turned[1]:
        return True
    return largest >= HELD * max(width, height) and _is_ring(mask, outline)


def _is_ring(mask: NDArray[np.bool_], outline: NDArray[np.int32]) -> bool:
    """Return whether a part lies all along its convex hull, but for gaps, and nowhere inside."""
    import cv2
    import numpy as np

    whole = np.asarray(cv2.fillConvexPoly(np.zeros(mask.shape, np.uint8), cv2.convexHull(outline), [1]), np.bool_)
    deep = max(round(DEEP * min(mask.shape)), 1)
    inside = np.count_nonzero(mask & eroded(whole, deep))
    rim = whole & ~eroded(whole, 1)
    beside = np.count_nonzero(rim & dilated(mask, 2 * deep + 1, 2 * deep + 1))
    return bool(inside <= STRAY * np.count_nonzero(mask) and beside >= COVERED * np.count_nonzero(rim))
