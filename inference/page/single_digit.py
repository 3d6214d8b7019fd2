"""Fast search for a single digit on plain paper; it gives up if there may be anything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.page.digit_parts import Digit, choose_parts
from inference.page.faint_strokes import measure_faint_strokes
from inference.page.ink import HALF, Ink
from inference.page.shadows import measure_slopes
from inference.page.sharpness import score
from inference.page.thumbnail import fill_background
from inference.paper.background import noise_of
from inference.paper.sheet import is_sheet
from inference.pixels.centring import bounding_box
from inference.pixels.connected_components import connected_components, dilated
from inference.pixels.quantile import quantile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["SingleDigit", "find_single_digit"]

# Chosen by eye on plain pictures of the robustness suite, except SURE, which is measured.
WEAK, GRAIN = 0.15, 4.0  # of the ink's strength; standard deviations of the paper: a mark exceeds both
STRAY = 0.0005  # of the picture: largest area of marks outside the digit: dust
FAINT, SHARP = 0.18, 12.0  # of the ink's strength; standard deviations of the paper: slope of faint ink's edges
STRONG, CLEAR = 40, 8.0  # of 255; standard deviations of the paper: weaker ink needs the full search
BULKY, SURER = 0.14, 0.9  # of the picture: with more ink, which may not be strokes, least score of a digit
LIKE = 0.4  # of the longest part's length: another part this long may be another digit
SURE = 0.82  # least score of a digit on plain paper; shadows mistaken for digits scored at most 0.78
AROUND = 12  # pixels: margin of the window around the ink
NEARBY = 0.1  # of the digit's longer side: window in which the strongest ink sets the level of a stroke's edge


@dataclass(frozen=True)
class SingleDigit:
    """A digit on plain paper.

    Attributes:
        ink: all ink.
        near: rows and columns of a window around the ink.
        digit: the digit's parts, in that window.
        edge: float32, shape of the window: the grey at which a stroke has its edge.
        dark: whether ink is darker than paper.
        score: 0 to 1, see `sharpness.score`.
    """

    ink: Ink
    near: tuple[slice, slice]
    digit: Digit
    edge: NDArray[np.float32]
    dark: bool
    score: float


def find_single_digit(
    grey: NDArray[np.uint8], coarse: NDArray[np.uint8], *, dark: bool, least: int
) -> SingleDigit | None:
    """Find the digit; None if there may be more than one digit on paper, such as a shadow or a line.

    Args:
        grey: uint8, shape [h, w].
        coarse: uint8, shape [h, w]: 255 on certain ink, else 0.
        dark: whether ink is darker than paper.
        least: pixels: least longer side of a digit.
    """
    import cv2
    import numpy as np

    flat = grey.astype(np.float32)
    paper = np.asarray(cv2.bitwise_not(cv2.dilate(coarse, np.ones((5, 5), np.uint8))), np.uint8)
    ground = fill_background(grey, paper)
    relief = np.asarray(cv2.subtract(ground, flat) if dark else cv2.subtract(flat, ground), np.float32)
    noise = noise_of(relief[::2, ::2][paper[::2, ::2].view(np.bool_)])
    strength = quantile(relief[coarse.view(np.bool_)], 0.85)
    if strength < max(STRONG, CLEAR * noise):
        return None
    faintest, near = max(WEAK * strength, GRAIN * noise), _window(coarse)
    half = HALF * _peak(relief[near])
    mask = relief[near] > np.maximum(half, faintest)
    digit = _only_digit(mask, relief[near])
    if digit is None or not _is_whole(digit.mask, near, grey.shape, least) or is_sheet(digit.mask):
        return None
    seen = np.abs(relief) > faintest
    strays = np.count_nonzero(seen) - np.count_nonzero(seen[near] & dilated(digit.mask, 7, 7))
    if strays > STRAY * grey.size:
        return None
    every = _pasted(mask, near, grey.shape)
    ink = Ink(every, np.zeros_like(every), relief, strength, noise)
    slopes, whole = measure_slopes(flat), _pasted(digit.mask, near, grey.shape)
    edges = slopes.each > max(FAINT * strength, SHARP * noise)
    if np.count_nonzero(edges & ~dilated(whole, 13, 13)) > STRAY * grey.size:
        return None
    likely = score(whole, np.ones(grey.shape, np.bool_), slopes, ink)
    least_score = SURER if np.count_nonzero(mask) > BULKY * grey.size else SURE
    if likely < least_score or measure_faint_strokes(flat, whole, strength, dark=dark):
        return None
    edge = np.asarray(ground[near] + (-half if dark else half), np.float32)
    return SingleDigit(ink, near, digit, edge, dark, likely)


def _window(coarse: NDArray[np.uint8]) -> tuple[slice, slice]:
    import numpy as np

    top, bottom, left, right = bounding_box(coarse.view(np.bool_))
    return slice(max(top - AROUND, 0), bottom + AROUND), slice(max(left - AROUND, 0), right + AROUND)


def _peak(relief: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the strength of the ink nearby, float32 [h, w]."""
    import cv2
    import numpy as np

    side = max(3, round(NEARBY * (max(relief.shape) - 2 * AROUND)) | 1)
    return np.asarray(cv2.blur(cv2.dilate(relief, np.ones((side, side), np.uint8)), (side, side)), np.float32)


def _only_digit(mask: NDArray[np.bool_], relief: NDArray[np.float32]) -> Digit | None:
    import numpy as np

    digit = choose_parts(mask, relief, np.zeros_like(mask))
    longer = np.sort(connected_components(digit.mask)[1][1:, 2:4].max(axis=1, initial=0))
    alone = (
        digit.digits == 1 and not (digit.others | digit.faded).any() and not (longer[:-1] >= LIKE * longer[-1]).any()
    )
    return digit if alone else None


def _is_whole(mask: NDArray[np.bool_], near: tuple[slice, slice], shape: tuple[int, ...], least: int) -> bool:
    """Return whether a digit is large enough and not cut off by the picture's border."""
    top, bottom, left, right = bounding_box(mask)
    y, x = near[0].start, near[1].start
    inside = min(top + y, left + x, shape[0] - bottom - y, shape[1] - right - x) > 1
    return inside and max(bottom - top, right - left) >= least


def _pasted(part: NDArray[np.bool_], where: tuple[slice, slice], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    import numpy as np

    whole = np.zeros(shape, np.bool_)
    whole[where] = part
    return whole
