"""Bring drawings into MNIST's format, as a scan of them is or as the front end redraws them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.pixels.centring import BOX, centre, draw_centred
from inference.pixels.stroke_width import fit_strokes
from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from learning.synthetic.strangers.signs import Curves

__all__ = ["printed", "redrawn", "whole", "written"]

PAGE = 160  # side of the page that curves are written on, pixels
TALL = 110  # longer side of the drawing on it
PENS = (1.4, 4.6)  # width of the pen, pixels of MNIST's picture
FAINT = 0.02  # of the strongest ink: weaker ink does not count for the size
EDGE, FAINTEST = (0.3, 0.5), 0.15  # of the strongest ink nearby and anywhere: where the front end sees an edge


def written(curves: Curves, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Write curves with one pen, slanted, turned and stretched at random: uint8 [28, 28]."""
    import cv2
    import numpy as np

    slant, turn, stretch = rng.uniform(-0.3, 0.3), rng.normal(0, 0.15), rng.uniform(0.6, 1.2)
    moved = [points @ np.array([[stretch, turn], [-slant, 1.0]]) for points in curves]
    low, high = np.min([points.min(axis=0) for points in moved], axis=0), np.max([p.max(axis=0) for p in moved], axis=0)
    scale = TALL / max(float((high - low).max()), 1e-6)
    page, width = np.zeros((PAGE, PAGE), np.uint8), max(round(rng.uniform(*PENS) * TALL / BOX), 1)
    for points in moved:
        places = np.rint((points - (low + high) / 2) * scale + PAGE / 2).astype(np.int32)
        cv2.polylines(page, [places], isClosed=False, color=1, thickness=width)
    return draw_centred(page > 0)


def printed(page: NDArray[np.float32] | NDArray[np.uint8] | NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Scale and centre a grey drawing, [h, w], as MNIST does: uint8 [28, 28]; without ink it stays empty."""
    small = _scaled(page, BOX)
    return centre(small)


def whole(page: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Scale a grey drawing, [h, w], to fill the picture, uint8 [28, 28], as data sets of things do."""
    return centre(_scaled(page, SIDE))


def redrawn(page: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Redraw a grey drawing, [h, w], as the front end does: black and white, with a pen's width: uint8 [28, 28]."""
    import cv2
    import numpy as np

    grey = np.pad(page, max(page.shape) // 8)
    near = max(page.shape) // 16 | 1
    peak = cv2.blur(cv2.dilate(grey, np.ones((near, near), np.uint8)), (near, near))
    ink = np.asarray(grey > np.maximum(rng.uniform(*EDGE) * peak, FAINTEST * grey.max(initial=0)), np.bool_)
    return draw_centred(fit_strokes(ink, grey)[0]) if ink.any() else whole(page)


def _scaled(page: NDArray[np.float32] | NDArray[np.uint8] | NDArray[np.bool_], longer: int) -> NDArray[np.uint8]:
    """Cut a drawing to its ink and scale it to a longer side of *longer* pixels and a strongest ink of 255."""
    import cv2
    import numpy as np

    grey = np.asarray(page, np.float32)
    rows, columns = (np.flatnonzero((grey > FAINT * grey.max(initial=0)).any(axis)) for axis in (1, 0))
    if not len(rows):
        return np.zeros((1, 1), np.uint8)
    part = grey[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = longer / max(part.shape)
    size = max(round(part.shape[1] * scale), 1), max(round(part.shape[0] * scale), 1)
    small = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
    return np.rint(small * (255 / max(float(small.max()), 1e-6))).astype(np.uint8)
