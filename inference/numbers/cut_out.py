"""Cut single digits out of a page: each alone on plain paper, to be read like any picture of one digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.numbers.boxes import Box
from inference.page.ink import HALF
from inference.pixels.centring import draw_centred
from inference.pixels.connected_components import dilated
from inference.pixels.resizing import resized
from inference.pixels.stroke_width import fit_strokes
from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Shape", "cut_out", "draw_small"]

# Chosen by eye on the pages of learning/synthetic/drawn_pages.py.
MARGIN, LEAST = 0.4, 10  # of the digit's longer side, and in pixels: the paper around it
SOFT = 0.03  # of the digit's longer side: soft edges around its ink
LONGER, NEARBY = 100, 11  # pixels: longer side of a digit that is drawn; window of the strongest ink nearby
FAINTEST = 0.15  # of the strongest ink: fainter is no stroke
WHITE = 255


@dataclass(frozen=True)
class Shape:
    """The ink of one digit on a page.

    Attributes:
        box: around it.
        own: bool, shape of the box: its ink.
        other: bool, shape of the box: ink of its neighbours.
    """

    box: Box
    own: NDArray[np.bool_]
    other: NDArray[np.bool_]


def cut_out(relief: NDArray[np.float32], shape: Shape) -> NDArray[np.uint8]:
    """Draw the ink of one digit dark on white paper, with a margin around it: uint8, [h, w].

    Args:
        relief: float32, shape [h, w]: contrast of the page's ink with its paper, 0 to 255.
        shape: the digit.
    """
    import numpy as np

    box = shape.box
    by = max(round(MARGIN * max(box.width, box.height)), LEAST)
    soft = max(round(SOFT * max(box.width, box.height)), 2)
    own = np.pad(shape.own, by)
    zone = own | (dilated(own, 2 * soft + 1, 2 * soft + 1) & ~dilated(np.pad(shape.other, by), 3, 3))
    height, width = relief.shape
    near = relief[max(box.top - by, 0) : box.bottom + by, max(box.left - by, 0) : box.right + by]
    beyond = (
        (max(by - box.top, 0), max(box.bottom + by - height, 0)),
        (max(by - box.left, 0), max(box.right + by - width, 0)),
    )
    ink = np.where(zone, np.clip(np.pad(near, beyond), 0, WHITE), 0)
    return (WHITE - np.rint(ink)).astype(np.uint8)


def draw_small(relief: NDArray[np.float32], shape: Shape) -> NDArray[np.uint8]:
    """Draw the ink of one digit as MNIST would, uint8 [28, 28], without searching for it.

    Args:
        relief: float32, shape [h, w]: contrast of the page's ink with its paper, 0 to 255.
        shape: the digit.
    """
    import cv2
    import numpy as np

    ink = (WHITE - cut_out(relief, shape)).astype(np.float32)
    zoom = LONGER / max(shape.box.width, shape.box.height)
    fine = resized(ink, (max(round(ink.shape[1] * zoom), 1), max(round(ink.shape[0] * zoom), 1)))
    window = np.ones((NEARBY, NEARBY), np.uint8)
    peak = cv2.blur(cv2.dilate(fine, window), (NEARBY, NEARBY))
    strokes = np.asarray(fine > np.maximum(HALF * peak, FAINTEST * peak.max()), np.bool_)
    if not strokes.any():
        return np.zeros((SIDE, SIDE), np.uint8)
    return draw_centred(fit_strokes(strokes, fine / max(float(peak.max()), 1))[0])
