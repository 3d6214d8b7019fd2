"""Normalise any picture of a digit to the 28x28 format of MNIST."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat
from typing import TYPE_CHECKING

from inference.drawing.close_up import Note, draw_digit
from inference.drawing.low_resolution import enlarge, find_cells, reduce_cut_out, reduce_soft
from inference.drawing.margin import with_margin
from inference.drawing.native import normalise_native
from inference.normalised import Normalised
from inference.page.colour import LUMA
from inference.page.faint_strokes import measure_faint_strokes
from inference.page.overview import Overview, find_sharpest, has_ink, has_soft_ink, least_score
from inference.paper.bars import without_bars
from inference.paper.frame import without_frame
from inference.pixels.resizing import reduced
from inference.plain_paper import normalise_plain
from inference.trace import Trace
from schemas.artifacts.examples import SIDE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["normalise"]

# Chosen by eye on the robustness suite's pictures.
HALF = 128  # of 255: ink in a native picture
ENOUGH = 500  # pixels: a plain picture is reduced while its longer side stays above this


def normalise(pixels: NDArray[np.uint8], *, plain: bool = True, trace: bool = False) -> Normalised:
    """Normalise the picture of a digit.

    A picture in MNIST's format is returned bit for bit, and a plain one takes a fast path. Any other is analysed
    twice: an overview finds paper, polarity and digit; a close-up finds the strokes, which are redrawn at MNIST's
    size, width and position.

    Args:
        pixels: uint8, shape [h, w] or [h, w, 3] (blue, green, red).
        plain: whether to try the fast path for plain pictures.
        trace: whether to keep the picture of each step.
    """
    native = normalise_native(pixels)
    within = pixels if native else without_frame(pixels)
    framed = within.shape != pixels.shape
    native = normalise_native(within) if framed else native
    if native is None:
        normalised = _without_bars(within, plain=plain, trace=trace) or _found(within, plain=plain, trace=trace)
    else:
        image, steps = native
        share = float((image >= HALF).sum()) / (within.shape[0] * within.shape[1])
        normalised = _digit_alone(image, tuple(steps), strength=255, share=share)
    return replace(normalised, steps=("frame removed", *normalised.steps)) if framed else normalised


def _without_bars(pixels: NDArray[np.uint8], *, plain: bool, trace: bool) -> Normalised | None:
    """Normalise the canvas of a window; None if the picture has no bars, or its canvas no digit."""
    canvas = without_bars(pixels)
    if canvas.shape == pixels.shape:
        return None
    normalised = _found(canvas, plain=plain, trace=trace)
    return replace(normalised, steps=("bars removed", *normalised.steps)) if normalised.digits else None


def _found(pixels: NDArray[np.uint8], *, plain: bool, trace: bool) -> Normalised:
    """Normalise a picture that is not in MNIST's format."""
    cells = find_cells(pixels)
    return (
        (cells is not None and _enlarged(cells))
        or (plain and normalise_plain(_greys(pixels), Trace(trace)))
        or _look_closer(pixels, trace=trace)
    )


def _enlarged(cells: NDArray[np.uint8]) -> Normalised | None:
    """Normalise a picture of fewer pixels than MNIST's digits have; None if it may not show one digit."""
    found = enlarge(cells)
    if found is None:
        return None
    steps = tuple(["inverted"] * found.dark + ["enlarged from {1}x{0}".format(*cells.shape)])
    return _digit_alone(found.image, steps, strength=found.strength, share=found.share)


def _digit_alone(image: NDArray[np.uint8], steps: tuple[str, ...], *, strength: float, share: float) -> Normalised:
    """Return a digit, uint8 [28, 28], from a picture that shows one sharp digit and nothing else."""
    return Normalised(
        image,
        steps,
        (),
        strength=strength,
        noise=0,
        digits=1,
        share=share,
        clearness=1,
        softness=0,
        leftover=0,
        crossed=0.0,
        inked=True,
    )


def _greys(pixels: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    """Yield the picture in grey, uint8 [h, w], again and again."""
    import cv2
    import numpy as np

    pixels = reduced(pixels, max(max(pixels.shape) // ENOUGH, 1))
    yield from repeat(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY), np.uint8) if pixels.shape[2:] else pixels)


def _look_closer(pixels: NDArray[np.uint8], *, trace: bool) -> Normalised:
    """Normalise a picture that is not plain; restored to its margin, a crop may be."""
    wider = with_margin(pixels)
    if wider is not None:
        normalised = normalise_plain(_greys(wider), Trace(trace)) or _look_twice(wider, Trace(trace))
        return replace(normalised, steps=("margin added", *normalised.steps))
    cells = reduce_cut_out(pixels)
    if cells is not None and (enlarged := _enlarged(cells)):
        return enlarged
    normalised = _look_twice(pixels, Trace(trace))
    cells = None if normalised.digits or normalised.softness else reduce_soft(pixels)
    return (cells is not None and _enlarged(cells)) or normalised


def _look_twice(pixels: NDArray[np.uint8], trace: Trace) -> Normalised:
    import numpy as np

    overview = find_sharpest(pixels)
    found, steps = overview.found, _describe(overview, trace)
    clear = found.score > least_score(found.ink)
    drawn = draw_digit(pixels, overview.weights, found, overview.scale, trace) if clear else None
    blurred = drawn is None and not has_ink(overview) and has_soft_ink(overview)
    image, more, softness = drawn or (np.zeros((SIDE, SIDE), np.uint8), [], float(blurred))
    return Normalised(
        image,
        (*steps, *more),
        tuple(trace.kept),
        strength=found.ink.strength,
        noise=found.ink.noise,
        digits=found.digit.digits if drawn else 0,
        share=float(found.ink.mask.mean()),
        clearness=found.score,
        softness=softness,
        leftover=max(found.digit.leftover, _faint_strokes(overview)) if drawn else found.digit.leftover,
        crossed=found.digit.crossed,
        inked=drawn is not None or blurred or has_ink(overview),
    )


def _faint_strokes(overview: Overview) -> float:
    """Return how long the strokes are that were left out because they are faint, over the digit's longer side."""
    found = overview.found
    digit = found.digit.mask | found.digit.faded | found.digit.marks
    page = found.page
    return measure_faint_strokes(overview.grey, digit, found.ink.strength, dark=page.dark, region=page.region)


def _describe(overview: Overview, note: Note) -> list[str]:
    """Record the pictures of an overview; return what was done, a few words each."""
    page, steps = overview.found.page, list[str]()
    note("grey", overview.grey)
    if overview.weights != LUMA:
        steps.append("grey of blue {:.1f}, green {:.1f}, red {:.1f}".format(*overview.weights))
    if not page.region.all():
        steps.append(f"paper found, {page.region.mean():.0%} of the picture")
        note("paper", page.region)
    if page.dark:
        steps.append("inverted")
    note("all ink", overview.found.ink.mask)
    return steps
