"""Find the digit again in full resolution and redraw its strokes in MNIST's format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from inference.page.colour import project
from inference.page.digit_parts import Digit, choose_parts
from inference.page.ink import FAINTEST, LOW_NOISE, Ink, find_ink
from inference.page.search import Found
from inference.paper.ruled_lines import Lines
from inference.pixels.centring import bounding_box, draw_centred
from inference.pixels.connected_components import connected_components, dilated, eroded
from inference.pixels.edges import edge_width
from inference.pixels.resizing import resized
from inference.pixels.stroke_width import fit_strokes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Note", "draw_digit", "ignored_marks"]

Note = Callable[[str, Any], None]

# Chosen by eye on the robustness suite's pictures.
LONGER = 112  # pixels: longer side of the digit in the close-up, 5.6 for each pixel of MNIST's
JOIN = 0.08  # of the digit's longer side: how far a stroke that fades is from the rest
MARGIN = 0.35  # of the digit's longer side: margin around it


def draw_digit(
    pixels: NDArray[np.uint8], weights: tuple[float, float, float], found: Found, scale: float, note: Note
) -> tuple[NDArray[np.uint8], list[str], float] | None:
    """Redraw the digit found in the overview of a picture.

    Args:
        pixels: uint8, shape [h, w] or [h, w, 3].
        weights: of blue, green and red.
        found: the digit in the overview.
        scale: size of the overview over that of the picture.
        note: records the name and the picture of each step.

    Returns:
        The picture, uint8 [28, 28], the steps, and the width of the digit's edges over its longer side, 0 to 1; None
        if the close-up shows no ink.
    """
    import numpy as np

    grey, move = _crop(pixels, weights, bounding_box(found.digit.mask | found.digit.faded), scale)
    ink, digit = _find_again(grey, move, found)
    note("crop", grey)
    note("ink", ink.relief / max(ink.strength, 1) * 255)
    note("strokes", digit.mask)
    if not digit.mask.any():
        return None
    signed = np.asarray((-grey if found.page.dark else grey) / max(ink.strength, 1), np.float32)
    by = LONGER // 8
    mask, done = fit_strokes(np.pad(digit.mask, by), np.pad(signed, by, mode="edge"))
    if done:
        note(done, mask)
    dropped = max(found.digit.dropped, digit.dropped)
    steps = ["lines removed" if found.lines else "", ignored_marks(dropped), done]
    return draw_centred(mask), [step for step in steps if step], edge_width(ink.relief, digit.mask)


def ignored_marks(count: int) -> str:
    """Return the step that names how many marks were ignored; '' for none."""
    return f"{count} mark{'s' * (count > 1)} ignored" if count else ""


def _crop(
    pixels: NDArray[np.uint8], weights: tuple[float, float, float], box: tuple[int, int, int, int], scale: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Crop and resize the digit; return its grey, 0 to 255, and the affine transform to it from the overview."""
    import numpy as np

    top, bottom, left, right = box
    longer = max(bottom - top, right - left)
    margin = max(MARGIN * longer, 3)
    height, width = pixels.shape[:2]
    y0, x0 = max(int((top - margin) / scale), 0), max(int((left - margin) / scale), 0)
    y1 = min(int(np.ceil((bottom + margin) / scale)), height)
    x1 = min(int(np.ceil((right + margin) / scale)), width)
    zoom = LONGER * scale / longer
    size = max(round((x1 - x0) * zoom), 1), max(round((y1 - y0) * zoom), 1)
    grey = resized(project(pixels[y0:y1, x0:x1], weights), size)
    move = np.asarray([[zoom / scale, 0, -x0 * zoom], [0, zoom / scale, -y0 * zoom]], np.float32)
    return np.clip(grey, 0, 255).astype(np.float32), move


def _find_again(grey: NDArray[np.float32], move: NDArray[np.float32], found: Found) -> tuple[Ink, Digit]:
    """Find ink and digit again, in the close-up."""
    import cv2
    import numpy as np

    def closer(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        size = grey.shape[1], grey.shape[0]
        return np.asarray(cv2.warpAffine(mask.astype(np.uint8), move, size, flags=cv2.INTER_NEAREST), np.bool_)

    other = dilated(found.digit.others | found.rejected, 5, 5) & ~dilated(found.digit.mask, 5, 5)
    region, lines = closer(found.page.region & ~other), found.lines
    if lines is not None:
        lines = Lines(closer(lines.horizontal), closer(lines.vertical), lines.dark, lines.strength)
    widest = round(found.page.widest * float(move[0, 0]))
    certain = closer(found.digit.mask | found.digit.faded)
    ink = find_ink(grey, region, certain, dark=found.page.dark, lines=lines, widest=widest)
    if widest and not ink.mask.any():
        ink = find_ink(grey, region, certain, dark=found.page.dark, lines=lines)
    faded = _faded(ink, found.digit, closer)
    ink = replace(ink, mask=_touching(_closed(ink.mask), closer(dilated(found.digit.mask, 5, 5))))
    digit = choose_parts(ink.mask, ink.relief, region & ~eroded(region, 1))
    if not digit.mask.any():
        digit = replace(found.digit, mask=closer(found.digit.mask))
    return ink, replace(digit, mask=digit.mask | faded)


def _faded(ink: Ink, digit: Digit, closer: Callable[[NDArray[np.bool_]], NDArray[np.bool_]]) -> NDArray[np.bool_]:
    """Return where the digit's strokes fade in the close-up, and what joins them to the rest."""
    top, bottom, left, right = bounding_box(digit.mask)
    join = 2 * round(JOIN * max(bottom - top, right - left)) + 1
    return _closed(
        closer(dilated(digit.faded, join, join)) & (ink.relief > max(LOW_NOISE * ink.noise, FAINTEST * ink.strength))
    )


def _touching(mask: NDArray[np.bool_], near: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the parts of a mask that overlap the digit of the overview."""
    import numpy as np

    labels, table = connected_components(mask)
    kept = np.bincount(labels[near], minlength=len(table)) > 0
    kept[0] = False
    return np.take(kept, labels)


def _closed(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Close gaps of two pixels, a third of one of MNIST's: strokes thinner than a pixel have many."""
    import cv2
    import numpy as np

    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)), np.bool_)
