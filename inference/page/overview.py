"""Find paper and digit in an overview of a picture, at the scale at which the digit's edges are sharp.

A blurred picture has sharp edges only when it is small. So it is looked at in ever smaller versions, as in a Gaussian
pyramid (Burt and Adelson, 1983), until one shows a sharp digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inference.page.colour import LUMA, choose_weights, project
from inference.page.ink import Ink
from inference.page.search import Found, find_digit
from inference.page.shadows import measure_slopes
from inference.pixels.connected_components import connected_components
from inference.pixels.quantile import median, quantile
from inference.pixels.resizing import resized

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Overview", "find_sharpest", "has_ink", "has_soft_ink", "least_score"]

# Chosen by eye on the robustness suite's pictures, except SHARP, SHARPER, NOTHING, OPEN and STEEP: measured on
# the suite, on digits blurred in 11 ways, on forms and on 720 blank pages.
LEAST = 96  # pixels: a smaller picture is enlarged to this longer side
SIDES = (256, 128, 64)  # pixels: longer sides of the overviews
SHARP = 0.75  # score from which no smaller overview is tried; of the robustness suite 97 % reach it
SHARPER = 1.15  # times the best score: least score of a smaller overview that makes it the better one
LIKELY = 0.5  # least score of a digit found in a smaller overview
NOTHING = 0.2  # score below which a page is blank: 98 % of blank pages have at most 0.16, digits 0.32 or more
HOLLOWED = 0.6  # of a broad digit's area: its rim has 0.1 to 0.26; a blurred digit has 0.95 and more
GRAIN = 5.0  # of 255: noise above which the least score rises by RISE for each grey level
RISE = 4 / 255
OPEN = 0.05  # largest share of the border that a blurred digit reaches: most have 0.04; shadows, from outside, 0.09
BARE = 0.1  # quantile of the grey that is bare paper in the light
SOME, STEEP = 0.99, 150  # quantile of the slopes on a page and least slope of ink: blank pages have at most 122
DARKER = 0.75  # of the paper: lightest mean of blurred ink
CLEAR, STRONG = 0.8, 40  # score and strength in luma above which no other grey is tried
LESS = 0.9  # of the score in luma: least score of the grey chosen for its contrast


@dataclass(frozen=True)
class Overview:
    """A small version of a picture and what was found in it.

    Attributes:
        scale: size of the overview over that of the picture.
        weights: of blue, green and red in the grey.
        grey: float32, shape [h, w], 0 to 255.
        found: paper, ink and digit.
    """

    scale: float
    weights: tuple[float, float, float]
    grey: NDArray[np.float32]
    found: Found


def find_sharpest(pixels: NDArray[np.uint8]) -> Overview:
    """Return the overview of a picture, uint8 [h, w] or [h, w, 3], in which the digit has the sharpest edges."""
    best = _find(pixels, SIDES[0])
    for side in SIDES[1:]:
        if best.found.score > SHARP or side >= max(pixels.shape[:2]):
            break
        smaller = _find(pixels, side)
        least = max(SHARPER * best.found.score, LIKELY, least_score(smaller.found.ink))
        if smaller.found.score > least and _is_enclosed(smaller) and not _is_hollowed(smaller.found, best.found):
            best = smaller
    return best


def least_score(ink: Ink) -> float:
    """Return the score that a digit exceeds, more on grainy paper."""
    return NOTHING + RISE * max(ink.noise - GRAIN, 0)


def has_ink(overview: Overview) -> bool:
    """Return whether a page has ink, with or without a digit: some edges are steeper than any shadow's or rule's."""
    return quantile(measure_slopes(overview.grey).each.ravel(), SOME) > STEEP


def has_soft_ink(overview: Overview) -> bool:
    """Return whether a page without steep edges has something dark in its middle, as a digit far out of focus."""
    import cv2
    import numpy as np

    grey = _reduced_to(np.clip(overview.grey, 0, 255).astype(np.uint8), SIDES[-1])[0]
    light = np.asarray(cv2.threshold(grey, 0, 255, cv2.THRESH_OTSU)[1], np.bool_)
    border = np.concatenate([light[0], light[-1], light[:, 0], light[:, -1]])
    darker = (
        float(grey[~light].mean()) < DARKER * float(grey[light].mean()) if light.any() and not light.all() else False
    )
    return darker and float(border.mean()) >= 1 - OPEN


def _find(pixels: NDArray[np.uint8], side: int) -> Overview:
    """Find the digit in luma and, if another grey separates ink from paper better, in that."""
    import numpy as np

    small, scale = _reduced_to(pixels, side)
    grey = project(small, LUMA)
    found = find_digit(grey)
    plain = not small.shape[2:] or (found.score > CLEAR and found.ink.strength > STRONG)
    coloured = LUMA if plain else choose_weights(small[::2, ::2].astype(np.float32), found.page.region[::2, ::2])
    if coloured != LUMA:
        other = project(small, coloured)
        again = find_digit(other)
        if again.score > LESS * found.score:
            return Overview(scale, coloured, other, again)
    return Overview(scale, LUMA, grey, found)


def _reduced_to(pixels: NDArray[np.uint8], side: int) -> tuple[NDArray[np.uint8], float]:
    """Return a picture whose longer side is at most *side* and at least LEAST, or *side*; and its scale."""
    height, width = pixels.shape[:2]
    longest = max(height, width)
    target = min(max(longest, LEAST), side)
    if target == longest:
        return pixels, 1.0
    scale = target / longest
    size = max(round(width * scale), 1), max(round(height * scale), 1)
    return resized(pixels, size), scale


def _is_hollowed(smaller: Found, larger: Found) -> bool:
    """Return whether the digit in a smaller overview is but the rim of the broad one that the larger overview shows."""
    import numpy as np

    shares = [float(np.mean(found.digit.mask)) for found in (smaller, larger)]
    return larger.score > least_score(larger.ink) and shares[0] < HOLLOWED * shares[1]


def _is_enclosed(overview: Overview) -> bool:
    """Return whether the digit is not part of something that reaches far along the picture's border, as a shadow."""
    import numpy as np

    digit = overview.found.digit.mask
    signed = -overview.grey if overview.found.page.dark else overview.grey
    level = (median(signed[digit]) + quantile(signed.ravel(), BARE)) / 2
    labels = connected_components(signed >= level)[0]
    whole = np.isin(labels, labels[digit & (labels > 0)])
    border = np.concatenate([whole[0], whole[-1], whole[:, 0], whole[:, -1]])
    return bool(border.mean() <= OPEN)
