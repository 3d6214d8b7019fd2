"""The overview has the scale at which a digit's edges are sharp."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.model.answer import why_unsure
from inference.normalise import normalise
from inference.page.overview import find_sharpest
from inference.reading import read_picture
from tests.inference.pictures import as_file, draw, like, seven

PAGE = seven((400, 400), 30)


def blurred(page: np.ndarray, sigma: float) -> np.ndarray:
    """Blur a page like a lens out of focus."""
    return cv2.GaussianBlur(page, (0, 0), sigma).astype(np.uint8)


ARM = (((1.1, 0.5), (0.6, 0.5)), 70)
FINGERS = ((((0.6, 0.42), (0.3, 0.4)), 24), (((0.6, 0.58), (0.3, 0.6)), 24))


def hand(blur: float, light: float) -> np.ndarray:
    """Draw the shadow of an arm with two fingers, which falls from the right onto a blank page."""
    shade = np.zeros((300, 300), np.uint8)
    for points, width in (ARM, *FINGERS):
        shade = draw(shade, points, width, (255,))
    taken = (1 - light) / 255 * blurred(shade, blur).astype(np.float32)
    return np.rint(230 * (1 - taken)).astype(np.uint8)


def test_a_sharp_picture_has_the_largest_overview() -> None:
    """The overview of a digit in focus has 256 pixels a side."""
    assert find_sharpest(PAGE).grey.shape == (256, 256)


def test_a_blurred_picture_has_a_smaller_overview() -> None:
    """The overview of a digit out of focus is smaller, so that the digit is sharp in it."""
    assert max(find_sharpest(blurred(PAGE, 16)).grey.shape) < 256


def test_a_digit_out_of_focus_is_read_like_a_sharp_one() -> None:
    """The 28x28 of a blurred 7 is that of a sharp one."""
    assert like(normalise(blurred(PAGE, 16)).image, normalise(PAGE).image) > 0.9


def test_a_broad_digit_keeps_its_inside() -> None:
    """A 7 whose strokes are a quarter of the page is read as a whole, not as its rim in a smaller overview."""
    broad = seven((280, 280), 75)
    assert find_sharpest(broad).found.digit.mask.mean() > 0.25


@pytest.mark.parametrize("sigma", [20, 28])
def test_thick_ink_too_blurred_to_read_is_ink(sigma: float) -> None:
    """A thick 7 that is only a dark cloud is too blurred to tell; the page is not blank."""
    cloud = blurred(np.pad(seven((200, 200), 45), 60, constant_values=235), sigma)
    assert why_unsure(read_picture(as_file(cloud, "PNG"))) == "too blurred to tell"


@pytest.mark.parametrize("sides", [(0.6, 1.0), (1.0, 0.6)])
def test_shading_is_no_blurred_ink(sides: tuple[float, float]) -> None:
    """A page that is darker on one side, and one that is darker all around, are blank."""
    shade = np.linspace(*sides, 300)
    for page in (np.tile(shade, (300, 1)), np.minimum.outer(np.sin(shade * 3), np.sin(shade * 3)) * 0.3 + 0.7):
        assert why_unsure(read_picture(as_file((230 * page).astype(np.uint8), "PNG"))) == "blank page"


def test_the_scale_is_that_of_the_overview() -> None:
    """The scale is the size of the overview divided by that of the picture."""
    overview = find_sharpest(blurred(PAGE, 16))
    assert overview.scale == overview.grey.shape[0] / PAGE.shape[0]


def test_a_shadow_from_outside_is_not_a_digit() -> None:
    """A hand's soft shadow leaves a blank page blank, although it is sharp in a small overview."""
    assert normalise(hand(blur=8, light=0.6)).digits == 0
