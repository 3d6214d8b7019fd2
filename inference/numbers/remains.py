"""Tell digits from what is left of a shadow: its edges are much fainter than those of ink."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inference.numbers.cut_out import Shape
from inference.numbers.page_answer import PlacedDigit
from inference.numbers.page_ink import slopes
from inference.pixels.connected_components import eroded

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["are_remains"]

# Shares of the steepest edges of the page. Measured on 1,300 digits of learning/synthetic/drawn_pages.py, whose
# edges have at least 0.7, and on the shadows that were taken for digits on 5 pages: 0.13 to 0.32.
FAINTEST, FAINT = 0.2, 0.4  # fainter is no digit; fainter is none if it is not answered either


def are_remains(shapes: list[Shape], placed: list[PlacedDigit], relief: NDArray[np.float32]) -> list[bool]:
    """Return which shapes are remains of a shadow and no digits.

    Args:
        shapes: the ink of each.
        placed: what each is read as.
        relief: float32, shape [h, w]: contrast of the page's ink with its paper, 0 to 255.
    """
    steep = [_steepness(shape, relief) for shape in shapes]
    most = max(steep, default=0.0)
    answered = [each.answer is not None and each.answer.digit is not None for each in placed]
    return [one < (FAINTEST if known else FAINT) * most for one, known in zip(steep, answered, strict=True)]


def _steepness(shape: Shape, relief: NDArray[np.float32]) -> float:
    """Return the mean slope of the contrast along the edge of a shape."""
    box = shape.box
    edge = shape.own & ~eroded(shape.own, 1)
    top, left = max(box.top - 1, 0), max(box.left - 1, 0)
    slope = slopes(relief[top : box.bottom + 1, left : box.right + 1])[box.top - top :, box.left - left :]
    return float(slope[: box.height, : box.width][edge].mean())
