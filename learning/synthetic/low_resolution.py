"""Pictures as small scans of them show: 7 to 20 pixels high, with any pen, stretched, in greys or black and white."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from inference.pixels.centring import BOX, bounding_box, centre, draw_centred
from schemas.artifacts.examples import SIDE, Split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["lowered", "with_lowered"]

FINE = 4 * SIDE  # side of the picture that is scanned, pixels
HEIGHTS, WIDEST = (7, 20), 20  # cells of the scan; MNIST's digits are 20 high
CELL = 4  # pixels of the picture that is scanned
PENS = (-3, 8)  # pixels of it, the upper end exclusive, by which the pen is wider
STRETCH = (-0.2, 0.35)  # logarithm of how much wider the digit is
FAINT = 0.25  # of the strongest ink: weaker ink does not count for the size
BINARY, LEVELS = 0.3, (0.25, 0.55)  # share of the scans without grey, and the threshold of their ink
DRAWN, EDGES = 0.5, (0.35, 0.5)  # share that is redrawn with sharp edges, as the front end does, and where these are
LARGE = 100  # longer side to redraw, pixels
INK = 255


def lowered(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Scan a picture, uint8 [28, 28], at low resolution and bring it back to MNIST's size; its strongest ink is 255."""
    import numpy as np

    small = _scanned(_with_pen(image, int(rng.integers(*PENS))), rng)
    if rng.random() < BINARY:
        small = np.where(small > rng.uniform(*LEVELS) * small.max(), INK, 0).astype(np.uint8)
    grey = np.pad(small, 2).astype(np.float32)
    return _redrawn(grey, rng) if rng.random() < DRAWN else _enlarged(grey, rng)


def _with_pen(image: NDArray[np.uint8], wider: int) -> NDArray[np.uint8]:
    """Enlarge a picture and make its strokes wider, or narrower."""
    import cv2

    fine = cv2.resize(image, (FINE, FINE), interpolation=cv2.INTER_CUBIC)
    if abs(wider) > 1:
        pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (abs(wider), abs(wider)))
        fine = (cv2.dilate if wider > 0 else cv2.erode)(fine, pen)
    return fine.astype("uint8")


def _scanned(fine: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Average a picture over the cells of a scan, with the digit stretched and anywhere between the cells."""
    import cv2
    import numpy as np

    top, bottom, left, right = bounding_box(fine > FAINT * fine.max())
    cells = rng.uniform(*HEIGHTS)
    across = cells * (right - left) / max(bottom - top, 1) * math.exp(rng.uniform(*STRETCH))
    height, width = (max(round(CELL * each), CELL) for each in (cells, min(across, WIDEST)))
    part = fine[top:bottom, left:right] if bottom > top else fine
    part = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA)
    down, right_by = (int(each) for each in rng.integers(0, CELL, 2))
    part = np.pad(part, ((down, -(down + height) % CELL), (right_by, -(right_by + width) % CELL)))
    size = part.shape[1] // CELL, part.shape[0] // CELL
    return cv2.resize(part, size, interpolation=cv2.INTER_AREA).astype("uint8")


def _redrawn(grey: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    import cv2

    by = max(round(LARGE / max(grey.shape)), 1)
    large = cv2.resize(grey, None, fx=by, fy=by, interpolation=cv2.INTER_CUBIC)
    ink = large > rng.uniform(*EDGES) * large.max()
    return draw_centred(ink) if ink.any() else _enlarged(grey, rng)


def _enlarged(grey: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    import cv2
    import numpy as np

    top, bottom, left, right = bounding_box(grey > 0)
    if top == bottom:
        return np.zeros((SIDE, SIDE), np.uint8)
    scale = BOX / max(bottom - top, right - left)
    size = max(round((right - left) * scale), 1), max(round((bottom - top) * scale), 1)
    way = cv2.INTER_CUBIC if rng.integers(2) else cv2.INTER_LINEAR
    soft = np.clip(cv2.resize(grey[top:bottom, left:right], size, interpolation=way), 0, None)
    return centre(np.rint(soft * (INK / max(float(soft.max()), 1.0))).astype(np.uint8))


def with_lowered(split: Split, share: float, seed: int) -> Split:
    """Return a split with copies of some pictures at low resolution added at its end.

    Args:
        split: the training pictures.
        share: copies, as a share of the pictures, 0 to 1.
        seed: of the choice of the pictures and of their resolutions.
    """
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed))
    chosen = np.sort(rng.choice(len(split), round(share * len(split)), replace=False))
    copies = [lowered(split.images[i], rng) for i in chosen]
    return Split(
        np.concatenate([split.images, np.array(copies, np.uint8).reshape(-1, SIDE, SIDE)]),
        np.concatenate([split.labels, split.labels[chosen]]),
        [*split.ids, *(f"{split.ids[i]}/lowered" for i in chosen)],
        split.classes,
    )
