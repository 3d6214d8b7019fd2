"""Fast path for the common picture: one digit on plain paper."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from inference.drawing.close_up import ignored_marks
from inference.drawing.redraw import redraw
from inference.normalised import Normalised
from inference.page.single_digit import SingleDigit, find_single_digit
from inference.page.thumbnail import find_coarse_ink
from inference.pixels.centring import bounding_box
from inference.pixels.edges import edge_width
from inference.pixels.resizing import reduced
from inference.trace import Trace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["normalise_plain"]

# Chosen by eye on the robustness suite's pictures.
SIDES = ((160, 24), (320, 12))  # pixels: longer side searched, and least longer side of a digit in it
NARROWEST = 32  # pixels: least shorter side of a reduced picture


def normalise_plain(greys: Iterable[NDArray[np.uint8]], trace: Trace) -> Normalised | None:
    """Find and redraw the digit of a plain picture, first in a small version, then in a larger one if it is too small.

    Args:
        greys: uint8, shape [h, w]: the picture, then the same or a larger version of it.
        trace: records the picture of each step.

    Returns:
        The normalised picture; None if the picture may not be plain.
    """
    import numpy as np

    for (side, least), grey in zip(SIDES, greys, strict=False):
        factor = max(round(max(grey.shape) / side), 1)
        if min(grey.shape) < NARROWEST * factor:
            return None
        small = reduced(grey, factor)
        coarse, dark = find_coarse_ink(small)
        top, bottom, left, right = bounding_box(coarse.view(np.bool_))
        if max(bottom - top, right - left) >= least:
            found = find_single_digit(small, coarse, dark=dark, least=least)
            return None if found is None else _redrawn(grey, small, found, factor, trace)
    return None


def _redrawn(
    grey: NDArray[np.uint8], small: NDArray[np.uint8], found: SingleDigit, factor: int, trace: Trace
) -> Normalised:
    import numpy as np

    trace("grey", small)
    trace("all ink", found.ink.mask)
    image, done = redraw(grey, found, factor, trace)
    ignored = ignored_marks(found.digit.dropped)
    return Normalised(
        image,
        tuple(step for step in ("inverted" * found.dark, ignored, done) if step),
        tuple(trace.kept),
        strength=found.ink.strength,
        noise=found.ink.noise,
        digits=1,
        share=np.count_nonzero(found.ink.mask) / small.size,
        clearness=found.score,
        softness=edge_width(found.ink.relief[found.near], found.digit.mask),
        leftover=found.digit.leftover,
        crossed=found.digit.crossed,
        inked=True,
    )
