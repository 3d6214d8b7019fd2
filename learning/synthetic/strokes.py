"""Handwritten strokes as signed distance fields, which can be drawn at any size with any pen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FINE", "Pose", "distance_to_ink", "ink_of", "outline", "place", "retrace", "signed_distance"]

FINE = 8
"""Field points per pixel of the picture, along each axis."""
MARGIN = 4
"""Pixels added on each side of the picture."""
SIZE = (SIDE + 2 * MARGIN) * FINE
# SPECK and GAP are chosen by eye.
SPECK = 0.7
"""Square pixels: a smaller hole in the ink is a flaw of the picture, not a loop."""
GAP = 0.8
"""Smallest gap in pixels that a thick pen leaves between two strokes."""


@dataclass(frozen=True)
class Pose:
    """Position, size and rotation of a field on a page.

    Attributes:
        box: longer side of the ink's bounding box, page pixels.
        down: vertical position within the free space: 0 is the top, 1 the bottom.
        right: horizontal position within the free space: 0 is the left, 1 the right.
        degrees: counter-clockwise rotation about the centre of the ink.
        margin: smallest distance in page pixels from the bounding box to the edge of the page, if it fits.
    """

    box: float
    down: float = 0.5
    right: float = 0.5
    degrees: float = 0.0
    margin: float = 2.0


def ink_of(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Separate ink from background at a finer scale, with smooth edges.

    The threshold is half of the strongest ink nearby, so that faint parts of a stroke survive.

    Args:
        image: uint8, shape [28, 28], 0 is background and 255 is ink.

    Returns:
        bool, shape [SIZE, SIZE]: the picture with a margin for wider pens.
    """
    import cv2
    import numpy as np

    wide = np.pad(image.astype(np.float32) / 255, MARGIN)
    large = cv2.resize(wide, None, fx=FINE, fy=FINE, interpolation=cv2.INTER_CUBIC)
    smooth = cv2.GaussianBlur(large, (0, 0), 0.5 * FINE)
    nearby = cv2.dilate(smooth, np.ones((3 * FINE, 3 * FINE), np.uint8))
    threshold = np.clip(cv2.GaussianBlur(nearby, (0, 0), FINE) / 2, 0.15, 0.5)
    return _without_specks(smooth > threshold)


def outline(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the signed distance to the edge of the ink, with the strokes as written.

    Args:
        image: uint8, shape [28, 28], 0 is background and 255 is ink.

    Returns:
        float32, shape [SIZE, SIZE], pixels of the picture, below 0 on ink.
    """
    return signed_distance(ink_of(image))


def retrace(ink: NDArray[np.bool_], width: float) -> NDArray[np.float32]:
    """Redraw the centre lines of strokes with a pen of another width, without opening or closing loops.

    Args:
        ink: bool, shape [h, w], FINE points per pixel.
        width: width of the pen, pixels; it is reduced until it closes no gap.

    Returns:
        Signed distances, float32 of shape [h, w], pixels, below 0 on ink.
    """
    import cv2
    import numpy as np

    lifted = 0.2  # by the blur, on the line itself
    wanted, depth = _topology(ink), distance_to_ink(~ink)
    half = _half_width(depth)
    smooth = cv2.GaussianBlur(distance_to_ink(_centre_lines(ink, half)), (0, 0), FINE / 4)
    core = np.where(ink, np.maximum(1.5 * half - depth, 0), np.inf)  # a loop filled with ink must stay filled
    away = np.minimum(np.sqrt(np.maximum(smooth**2 - lifted**2, 0)), core)
    while width > 1 and any(_topology(away < reach / 2) != wanted for reach in (width + GAP, width)):
        width *= 0.93
    return np.asarray(away - width / 2, np.float32)


def _half_width(depth: NDArray[np.float32]) -> float:
    """Return half the median stroke width, pixels, from the distance of each point to the background."""
    import cv2
    import numpy as np

    ridge = (depth > 0) & (depth >= cv2.dilate(depth, np.ones((5, 5), np.uint8)))
    return float(np.median(depth[ridge]))


def distance_to_ink(ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return each point's distance to the nearest ink: float32, the shape of *ink*, pixels of the picture."""
    import cv2
    import numpy as np

    distance = cv2.distanceTransform((~ink).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # OpenCV's last bit depends on the alignment of the arrays.
    exact = np.sqrt(np.rint(np.square(distance, dtype=np.float64)))
    return np.asarray(exact / FINE, np.float32)


def signed_distance(ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the signed distance to the edge of the ink: float32, the shape of *ink*, pixels, below 0 on ink."""
    import cv2
    import numpy as np

    distance = distance_to_ink(ink) - distance_to_ink(~ink)
    return cv2.GaussianBlur(distance, (0, 0), FINE / 4).astype(np.float32, copy=False)


def place(field: NDArray[np.float32], page: tuple[int, int], pose: Pose, softness: float = 1.2) -> NDArray[np.float32]:
    """Draw a field on a page.

    Args:
        field: signed distances, float32 of shape [h, w], FINE points per pixel, below 0 on ink.
        page: height and width, page pixels.
        pose: position, size and rotation.
        softness: width of the soft edge, page pixels.

    Returns:
        Opacity of the ink, float32 of shape *page*, 0 to 1.
    """
    import cv2
    import numpy as np

    rows, columns = (np.flatnonzero((field < 0).any(axis)) for axis in (1, 0))
    low, high = np.array([columns[0], rows[0]]), np.array([columns[-1], rows[-1]])
    extent, middle = high - low + 1.0, (low + high) / 2
    scale = pose.box / extent.max()
    turn = cv2.getRotationMatrix2D((float(middle[0]), float(middle[1])), pose.degrees, scale)
    half = np.abs(turn[:, :2]) @ extent / 2 + pose.margin
    size = np.array([page[1], page[0]])
    room = np.maximum(size - 2 * half, 0)
    turn[:, 2] += np.minimum(half, size / 2) + room * (pose.right, pose.down) - middle
    outside = float(field.max())
    drawn = cv2.warpAffine(field, turn, page[::-1], borderMode=cv2.BORDER_CONSTANT, borderValue=outside)
    slope = scale * FINE / softness
    near = drawn * np.float32(slope) < 1  # beyond half a pixel of the edge there is no ink: most of a page is left out
    rows, columns = (np.flatnonzero(near.any(axis)) for axis in (1, 0))
    ink = np.zeros(page, np.float32)
    if len(rows):
        box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        ink[box] = np.clip(0.5 - drawn[box] * slope, 0, 1)
    return ink


def _without_specks(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Fill the holes and remove the spots that are smaller than SPECK."""
    import cv2
    import numpy as np

    for background in (True, False):
        spots = (ink ^ background).astype(np.uint8)
        _, names, figures, _ = cv2.connectedComponentsWithStats(spots, connectivity=4)
        small = figures[:, cv2.CC_STAT_AREA] < SPECK * FINE**2
        if small.any():
            ink = ink ^ (small[names.astype(np.int32, copy=False)] & (spots > 0))
    return ink


def _topology(ink: NDArray[np.bool_]) -> tuple[int, int]:
    """Return the number of connected components of ink, and of the loops in them."""
    import cv2
    import numpy as np

    around = np.pad(ink, 1)
    pieces, _ = cv2.connectedComponents(around.astype(np.uint8), connectivity=8)
    grounds, _ = cv2.connectedComponents((~around).astype(np.uint8), connectivity=4)
    return pieces - 1, grounds - 2


def _centre_lines(ink: NDArray[np.bool_], half: float) -> NDArray[np.bool_]:
    """Return the centre lines of strokes of half-width *half*, one point wide, at half the resolution."""
    import cv2
    import numpy as np

    around = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)
    lines = _thin(np.pad(ink[::2, ::2], 1).astype(np.uint8))
    for _ in range(round(half * FINE / 2)):  # thinning leaves a spur to each corner of a stroke's end
        shorter = np.where(cv2.filter2D(lines, -1, around) == 1, 0, lines).astype(np.uint8)
        near = cv2.dilate(shorter, np.ones((5, 5), np.uint8))
        lines = np.where(near, shorter, lines)  # a dot must not vanish
    middle = np.zeros_like(ink)
    middle[::2, ::2] = lines[1:-1, 1:-1] > 0
    return middle


def _thin(lines: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thin ink (1 on 0) to lines one point wide, preserving components and loops (Golay's L alphabet)."""
    import cv2
    import numpy as np

    edge = np.array([[-1, -1, -1], [0, 1, 0], [1, 1, 1]], np.int8)
    corner = np.array([[0, -1, -1], [1, 1, -1], [0, 1, 0]], np.int8)
    kernels = [np.ascontiguousarray(np.rot90(kernel, -turn)) for turn in range(4) for kernel in (edge, corner)]
    lines, left = lines.copy(), -1
    while left != (left := int(lines.sum())):
        for kernel in kernels:
            lines -= cv2.morphologyEx(lines, cv2.MORPH_HITMISS, kernel).astype(np.uint8)
    return lines
