"""From any picture of a digit to the 28x28 that MNIST would have made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat
from typing import TYPE_CHECKING

from inference.drawing.close_up import Note, draw_digit
from inference.drawing.margin import with_margin
from inference.drawing.native import take_native
from inference.normalised import Normal
from inference.page.colour import LUMA, choose_weights, project
from inference.page.frame import without_frame
from inference.page.search import Found, find_digit
from inference.pixels.resizing import reduced, resized
from inference.plain_paper import take_plain
from inference.trace import Trace
from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["normalise"]

OVERVIEW = (96, 256)  # longer side at which paper and digit are looked for
HALF = 128
ENOUGH = 500  # pixels of the longer side of a plain picture
NOTHING = 0.2  # clearness of shadows and grain on a blank page is 0.16 at most; a digit's is 0.32 and more
GRAIN = 5.0  # of 255: more, and clearness has to be the greater, by RISE for each
RISE = 4 / 255
CLEAR, STRONG = 0.8, 40  # score and strength in luma at which no other colours need be looked for
LESS = 0.9  # of the score in luma: colours chosen for their contrast are kept down to here


def normalise(pixels: NDArray[np.uint8], *, plain: bool = True, trace: bool = False) -> Normal:
    """Make the canonical picture of a digit.

    A picture that already is MNIST-like comes out bit for bit, a plain one is drawn at once. Any other is looked at
    twice: an overview finds paper, polarity and digit, a closer look its strokes, which are drawn at MNIST's size,
    width and place.

    Args:
        pixels: uint8, shape [h, w] or [h, w, 3] (blue, green, red).
        plain: whether the picture may be a plain one; else it is known not to be.
        trace: whether to keep the picture of each step.
    """
    native = take_native(pixels)
    within = pixels if native else without_frame(pixels)
    framed = within.shape != pixels.shape
    native = take_native(within) if framed else native
    if native is None:
        normal = (plain and take_plain(_greys(within), Trace(trace))) or _look_closer(within, trace=trace)
    else:
        image, steps = native
        share = float((image >= HALF).sum()) / (within.shape[0] * within.shape[1])
        normal = Normal(image, tuple(steps), (), strength=255, noise=0, digits=1, share=share, clearness=1)
    return replace(normal, steps=("frame removed", *normal.steps)) if framed else normal


def _greys(pixels: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Give the picture in grey as often as it is asked for."""
    import cv2
    import numpy as np

    pixels = reduced(pixels, max(max(pixels.shape) // ENOUGH, 1))
    yield from repeat(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8) if pixels.shape[2:] else pixels)


def _look_closer(pixels: NDArray[np.uint8], *, trace: bool) -> Normal:
    """Look at a picture that is not plain; it may be one cut out of a plain picture."""
    wider = with_margin(pixels)
    if wider is None:
        return _look_twice(pixels, Trace(trace))
    normal = take_plain(_greys(wider), Trace(trace)) or _look_twice(wider, Trace(trace))
    return replace(normal, steps=("margin added", *normal.steps))


def _look_twice(pixels: NDArray[np.uint8], trace: Trace) -> Normal:
    import numpy as np

    small, scale = _overview(pixels)
    weights, found, steps = _find(small, trace)
    least = NOTHING + RISE * max(found.ink.noise - GRAIN, 0)
    drawn = draw_digit(pixels, weights, found, scale, trace) if found.score > least else None
    image, more = drawn or (np.zeros((SIDE, SIDE), np.uint8), [])
    return Normal(
        image,
        (*steps, *more),
        tuple(trace.kept),
        strength=found.ink.strength,
        noise=found.ink.noise,
        digits=found.digit.digits if drawn else 0,
        share=float(found.ink.mask.mean()),
        clearness=found.score,
    )


def _overview(pixels: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    height, width = pixels.shape[:2]
    longest = max(height, width)
    target = min(max(longest, OVERVIEW[0]), OVERVIEW[1])
    if target == longest:
        return pixels, 1.0
    scale = target / longest
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return resized(pixels, size), scale


def _find(small: NDArray[np.uint8], note: Note) -> tuple[tuple[float, float, float], Found, list[str]]:
    """Find the digit in luma and, where other colours tell ink from paper better, in those."""
    import numpy as np

    weights, grey, steps = LUMA, project(small, LUMA), list[str]()
    found = find_digit(grey)
    plain = not small.shape[2:] or (found.score > CLEAR and found.ink.strength > STRONG)
    coloured = LUMA if plain else choose_weights(small[::2, ::2].astype(np.float32), found.page.region[::2, ::2])
    if coloured != LUMA:
        other = project(small, coloured)
        again = find_digit(other)
        if again.score > LESS * found.score:
            weights, grey, found = coloured, other, again
            steps.append("grey of blue {:.1f}, green {:.1f}, red {:.1f}".format(*coloured))
    note("grey", grey)
    if not found.page.region.all():
        steps.append(f"paper found, {found.page.region.mean():.0%} of the picture")
        note("paper", found.page.region)
    if found.page.dark:
        steps.append("inverted")
    note("all ink", found.ink.mask)
    return weights, found, steps
