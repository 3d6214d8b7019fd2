"""Connected parts of masks, with the types that OpenCV does not tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["connected_parts", "eroded", "outline_of", "widened"]

EIGHT = 8


def connected_parts(mask: NDArray[np.bool_], connectivity: int = 8) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Number the connected parts of a mask.

    Returns:
        The number of each pixel's part, int32 [h, w], 0 outside; and of each part left, top, width, height
        and area, int32 [parts, 5], that of the outside first.
    """
    import cv2
    import numpy as np

    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    labels = np.zeros(mask.shape, np.int32)
    part = np.ascontiguousarray(mask[top : top + height, left : left + width]).view(np.uint8)
    if not part.size:
        return labels, np.asarray([[0, 0, mask.shape[1], mask.shape[0], mask.size]], np.int32)
    way = cv2.CCL_BBDT if connectivity == EIGHT else cv2.CCL_SAUF  # the default takes three times as long
    _, numbers, table, _ = cv2.connectedComponentsWithStatsWithAlgorithm(part, connectivity, cv2.CV_32S, way)
    labels[top : top + height, left : left + width] = numbers
    table[1:, :2] += left, top
    table[0] = 0, 0, mask.shape[1], mask.shape[0], mask.size - int(np.count_nonzero(part))
    return labels, np.asarray(table, np.int32)


def outline_of(mask: NDArray[np.bool_]) -> NDArray[np.int32]:
    """Give the longest outer outline of a mask that is not empty, int32 [points, 1, 2], x before y."""
    import cv2
    import numpy as np

    outlines = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0]
    return np.asarray(max(outlines, key=len), np.int32)


def widened(mask: NDArray[np.bool_], height: int, width: int) -> NDArray[np.bool_]:
    """Widen a mask by a rectangle of that many pixels, both odd."""
    import cv2
    import numpy as np

    return np.asarray(cv2.dilate(mask.view(np.uint8), np.ones((height, width), np.uint8)), np.uint8).view(np.bool_)


def eroded(mask: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """Take *by* pixels off a mask on all sides, those at the picture's border included."""
    import cv2
    import numpy as np

    kernel = np.ones((2 * by + 1, 2 * by + 1), np.uint8)
    shrunk = cv2.erode(mask.view(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=[0])
    return np.asarray(shrunk, np.uint8).view(np.bool_)
