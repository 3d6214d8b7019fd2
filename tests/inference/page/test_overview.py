"""A digit is looked for at the scale at which its edges are sharp."""

from __future__ import annotations

import cv2
import numpy as np

from inference.normalise import normalise
from inference.page.overview import find_sharpest
from tests.inference.pictures import draw, like, seven

PAGE = seven((400, 400), 30)


def blurred(page: np.ndarray, sigma: float) -> np.ndarray:
    """Blur a page, as a lens out of focus does."""
    return cv2.GaussianBlur(page, (0, 0), sigma).astype(np.uint8)


ARM = (((1.1, 0.5), (0.6, 0.5)), 70)
FINGERS = ((((0.6, 0.42), (0.3, 0.4)), 24), (((0.6, 0.58), (0.3, 0.6)), 24))


def hand(blur: float, light: float) -> np.ndarray:
    """Draw the shadow of an arm with two fingers, which falls from the right on a blank page."""
    shade = np.zeros((300, 300), np.uint8)
    for points, width in (ARM, *FINGERS):
        shade = draw(shade, points, width, (255,))
    taken = (1 - light) / 255 * blurred(shade, blur).astype(np.float32)
    return np.rint(230 * (1 - taken)).astype(np.uint8)


def test_a_sharp_picture_is_looked_at_in_the_largest_overview() -> None:
    """A digit in focus is found at 256 pixels."""
    assert find_sharpest(PAGE).grey.shape == (256, 256)


def test_a_blurred_picture_is_looked_at_in_a_smaller_overview() -> None:
    """A digit out of focus is found where it looks sharp."""
    assert max(find_sharpest(blurred(PAGE, 16)).grey.shape) < 256


def test_a_digit_out_of_focus_is_the_same_digit() -> None:
    """The 28x28 of a blurred 7 is that of a sharp one."""
    assert like(normalise(blurred(PAGE, 16)).image, normalise(PAGE).image) > 0.9


def test_the_scale_is_that_of_the_overview() -> None:
    """A place in the overview is found again in the picture by its scale."""
    overview = find_sharpest(blurred(PAGE, 16))
    assert overview.scale == overview.grey.shape[0] / PAGE.shape[0]


def test_a_shadow_from_outside_is_no_digit() -> None:
    """A hand's soft shadow leaves a blank page blank, though in a small overview it is sharp."""
    assert normalise(hand(blur=8, light=0.6)).digits == 0
