"""Cut single digits out of a page: each alone on plain paper, to be read like any picture of one digit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.numbers.boxes import Box
from inference.numbers.groups import Groups
from inference.pixels.centring import BOX, bounding_box, draw_centred, shrink
from inference.pixels.connected_components import dilated
from inference.pixels.quantile import quantile
from inference.pixels.resizing import resized
from inference.pixels.stroke_width import fit_strokes, stroke_width
from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Shape", "cut_out", "draw_small", "enlarged", "shape_of", "shapes_of"]

# Chosen by eye on the pages of learning/synthetic/drawn_pages.py.
MARGIN, LEAST = 0.4, 10  # of the digit's longer side, and in pixels: the paper around it
SOFT = 0.03  # of the digit's longer side: soft edges around its ink
LONGER = 100  # pixels: longer side of a digit that is drawn
FAINTEST, FULL = 0.3, 0.7  # of the strongest ink: fainter is no stroke; quantile of the ink that is drawn white
EDGE = 0.4  # of full ink: the edge of a stroke
HAIRLINE = 1.4  # pixels of the 28x28: thinner strokes are thickened; 99 % of MNIST's are thicker
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


def shapes_of(groups: Groups) -> list[Shape]:
    """Return the ink of each digit of a page."""
    return [shape_of(groups.labels, group.box, group.parts) for group in groups.groups]


def shape_of(labels: NDArray[np.int32], box: Box, parts: tuple[int, ...]) -> Shape:
    """Return the ink of parts, of which *box* is the hull.

    Args:
        labels: int32, shape [h, w]: the part of each pixel, 0 for paper.
        box: around the parts.
        parts: their numbers.
    """
    import numpy as np

    window = labels[box.top : box.bottom, box.left : box.right]
    own = np.isin(window, parts)
    return Shape(box, own, (window > 0) & ~own)


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


def enlarged(shape: Shape) -> NDArray[np.bool_]:
    """Return the ink of a digit whose longer side is at least LONGER pixels, bool [h, w]: a small one is enlarged."""
    import numpy as np

    zoom = LONGER / max(shape.box[2:])
    if zoom <= 1:
        return shape.own
    size = round(shape.box.width * zoom), round(shape.box.height * zoom)
    return np.asarray(resized(shape.own.astype(np.float32), size) > 0.5, np.bool_)  # noqa: PLR2004


def draw_small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Draw a digit that is cut out as MNIST would, uint8 [28, 28], in its own greys; hairlines are thickened.

    Args:
        picture: uint8, shape [h, w]: the digit, dark on white.
    """
    import numpy as np

    ink = (WHITE - picture).astype(np.float32)
    full = quantile(ink[ink > FAINTEST * ink.max()], FULL)
    if not full:
        return np.zeros((SIDE, SIDE), np.uint8)
    top, bottom, left, right = bounding_box(np.asarray(ink > EDGE * full, np.bool_))
    zoom = LONGER / max(bottom - top, right - left)
    size = max(round(ink.shape[1] * zoom), 1), max(round(ink.shape[0] * zoom), 1)
    fine = np.clip(resized(ink / np.float32(full), size), 0, 1)
    strokes = np.asarray(fine > EDGE, np.bool_)
    if stroke_width(strokes) < HAIRLINE * LONGER / BOX:
        return draw_centred(fit_strokes(strokes, fine)[0])
    top, bottom, left, right = bounding_box(strokes)
    return shrink(fine[top:bottom, left:right])
