"""Handwritten strokes without pixels: signed distances to the edge of the ink, to draw at any size with any pen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["FINE", "Pose", "ink_of", "outline", "place", "retrace", "signed_distance", "spread"]

FINE = 8
"""Points of a field for each pixel of the picture, along each axis."""
MARGIN = 4
"""Pixels round the picture."""
SIZE = (SIDE + 2 * MARGIN) * FINE
SPECK = 0.7
"""Square pixels: a smaller hole in the ink is a flaw of the picture, not a loop."""
GAP = 0.8
"""Pixels that a thick pen leaves open between two strokes, at the least."""


@dataclass(frozen=True)
class Pose:
    """Where and how large a field is drawn on a page.

    Attributes:
        box: longer side of the ink's bounding box, page pixels.
        down: 0 at the top of the room the page has for that box, 1 at the bottom.
        right: 0 at the left, 1 at the right.
        degrees: turn about the middle of the ink, against the clock.
        margin: page pixels between the box and the edge of the page, at the least, where it fits.
    """

    box: float
    down: float = 0.5
    right: float = 0.5
    degrees: float = 0.0
    margin: float = 2.0


def ink_of(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell ink from background at a finer scale, with smooth edges.

    Ink is what reaches half of the darkest ink nearby, so that faint parts of a stroke stay.

    Args:
        image: uint8, shape [28, 28], 0 is background and 255 is ink.

    Returns:
        bool, shape [SIZE, SIZE], the picture with a margin for wider pens.
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
    """Give the signed distance to the edge of the ink, as it was written.

    Args:
        image: uint8, shape [28, 28], 0 is background and 255 is ink.

    Returns:
        float32, shape [SIZE, SIZE], pixels of the picture, below 0 on ink.
    """
    return signed_distance(ink_of(image))


def retrace(ink: NDArray[np.bool_], width: float) -> NDArray[np.float32]:
    """Follow the middle of the strokes with a pen of another width, opening and closing no loop.

    Args:
        ink: bool, shape [h, w], FINE points a pixel.
        width: of the pen, pixels; less is taken where it would close a gap.

    Returns:
        float32, shape [h, w], pixels, below 0 on ink.
    """
    import cv2
    import numpy as np

    lifted = 0.2  # by the blur, on the line itself
    wanted, depth = _form(ink), spread(~ink)
    half = _half_width(depth)
    smooth = cv2.GaussianBlur(spread(_middle(ink, half)), (0, 0), FINE / 4)
    core = np.where(
        ink, np.maximum(1.5 * half - depth, 0), np.inf
    )  # a loop that ran full stays a blot, and the digit readable
    away = np.minimum(np.sqrt(np.maximum(smooth**2 - lifted**2, 0)), core)
    while width > 1 and any(_form(away < reach / 2) != wanted for reach in (width + GAP, width)):
        width *= 0.93
    return np.asarray(away - width / 2, np.float32)


def _half_width(depth: NDArray[np.float32]) -> float:
    """Give half the usual width of strokes, pixels, from how deep in the ink each point is."""
    import cv2
    import numpy as np

    ridge = (depth > 0) & (depth >= cv2.dilate(depth, np.ones((5, 5), np.uint8)))
    return float(np.median(depth[ridge]))


def spread(ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Give how far each point is from ink: float32, the shape of *ink*, pixels of the picture."""
    import cv2
    import numpy as np

    distance = cv2.distanceTransform(np.where(ink, 0, 255).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    exact = np.sqrt(np.rint(np.square(distance, dtype=np.float64)))  # its last bit depends on where the arrays lie
    return np.asarray(exact / FINE, np.float32)


def signed_distance(ink: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Give the signed distance to the edge of ink: float32, the shape of *ink*, pixels, below 0 on ink."""
    import cv2
    import numpy as np

    return cv2.GaussianBlur(spread(ink) - spread(~ink), (0, 0), FINE / 4).astype(np.float32, copy=False)


def place(field: NDArray[np.float32], page: tuple[int, int], pose: Pose, softness: float = 1.2) -> NDArray[np.float32]:
    """Draw a field on a page.

    Args:
        field: signed distances, shape [h, w], FINE points a pixel, below 0 on ink.
        page: height and width, page pixels.
        pose: where and how large.
        softness: width of the edge, page pixels.

    Returns:
        float32, shape *page*, from 0 (no ink) to 1 (ink).
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
    return np.clip(0.5 - drawn * (scale * FINE / softness), 0, 1).astype(np.float32)


def _without_specks(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Close the holes and drop the spots that are smaller than SPECK."""
    import cv2
    import numpy as np

    for background in (True, False):
        spots = (ink ^ background).astype(np.uint8)
        _, names, figures, _ = cv2.connectedComponentsWithStats(spots, connectivity=4)
        small = figures[:, cv2.CC_STAT_AREA] < SPECK * FINE**2
        ink = ink ^ (small[names.astype(np.int32, copy=False)] & (spots > 0))
    return ink


def _form(ink: NDArray[np.bool_]) -> tuple[int, int]:
    """Count the pieces of ink and the loops in them."""
    import cv2
    import numpy as np

    around = np.pad(ink, 1)
    pieces, _ = cv2.connectedComponents(around.astype(np.uint8), connectivity=8)
    grounds, _ = cv2.connectedComponents((~around).astype(np.uint8), connectivity=4)
    return pieces - 1, grounds - 2


def _middle(ink: NDArray[np.bool_], half: float) -> NDArray[np.bool_]:
    """Give the lines in the middle of strokes of half-width *half*, one point wide on every second point."""
    import cv2
    import numpy as np

    around = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)
    lines = _thin(np.pad(ink[::2, ::2], 1).astype(np.uint8))
    for _ in range(round(half * FINE / 2)):  # thinning leaves a spur to each corner of an end
        shorter = np.where(cv2.filter2D(lines, -1, around) == 1, 0, lines).astype(np.uint8)
        near = cv2.dilate(shorter, np.ones((5, 5), np.uint8))
        lines = np.where(near, shorter, lines)  # what is all ends, a dot, stays
    middle = np.zeros_like(ink)
    middle[::2, ::2] = lines[1:-1, 1:-1] > 0
    return middle


def _thin(lines: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thin ink (1 on 0) to lines one point wide, its pieces and loops kept (Golay's L)."""
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
