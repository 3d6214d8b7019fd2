"""Take a plain picture at its word: one digit in ink on paper, and nothing else, as most pictures are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from inference.drawing.redraw import redraw
from inference.normalised import Normal
from inference.page.single_digit import Lone, find_lone
from inference.page.thumbnail import glimpse
from inference.pixels.centring import box_of
from inference.pixels.resizing import reduced
from inference.trace import Trace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["take_plain"]

SIDES = ((160, 24), (320, 12))  # longer side at which a digit is looked for, and of the least digit that is taken there
NARROWEST = 32  # pixels


def take_plain(greys: Iterable[NDArray[np.uint8]], trace: Trace) -> Normal | None:
    """Find the digit in a small picture, or one less small where it is too small there, and draw it.

    Args:
        greys: uint8, shape [h, w]: the picture, and where it is asked for again the same or a larger one.
        trace: told the picture of each step.

    Returns:
        What was made of it; None where the picture may not be plain.
    """
    import numpy as np

    for (side, least), grey in zip(SIDES, greys, strict=False):
        factor = max(round(max(grey.shape) / side), 1)
        if min(grey.shape) < NARROWEST * factor:
            return None
        small = reduced(grey, factor)
        coarse, dark = glimpse(small)
        top, bottom, left, right = box_of(coarse.view(np.bool_))
        if max(bottom - top, right - left) >= least:
            lone = find_lone(small, coarse, dark=dark, least=least)
            return None if lone is None else _drawn(grey, small, lone, factor, trace)
    return None


def _drawn(grey: NDArray[np.uint8], small: NDArray[np.uint8], lone: Lone, factor: int, trace: Trace) -> Normal:
    import numpy as np

    trace("grey", small)
    trace("all ink", lone.ink.mask)
    image, done = redraw(grey, lone, factor, trace)
    dropped = lone.digit.dropped
    specks = f"{dropped} speck{'s' * (dropped > 1)} dropped" if dropped else ""
    return Normal(
        image,
        tuple(step for step in ("inverted" * lone.dark, specks, done) if step),
        tuple(trace.kept),
        strength=lone.ink.strength,
        noise=lone.ink.noise,
        digits=1,
        share=np.count_nonzero(lone.ink.mask) / small.size,
        clearness=lone.score,
    )
