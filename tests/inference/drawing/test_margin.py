"""A digit cropped to its ink gets a margin; no other picture does."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.drawing.margin import with_margin
from inference.normalise import normalise
from tests.inference.pictures import draw, like, sample, seven


def cut(page: np.ndarray, margin: int = 0) -> np.ndarray:
    """Cut out the dark ink of a page."""
    left, top, width, height = cv2.boundingRect((page < 128).astype(np.uint8))
    return page[top - margin : top + height + margin, left - margin : left + width + margin]


@pytest.mark.parametrize("margin", [0, 1, 2])
@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize("side", [40, 200, 800])
def test_a_crop_is_read_like_the_whole_picture(side: int, light: bool, margin: int) -> None:  # noqa: FBT001
    """A 7 cropped to its ink is read like the 7 on its page, in both polarities."""
    page = seven((side, side), side // 12)
    crop = cut(page, margin)
    whole, near = (normalise(255 - each if light else each) for each in (page, crop))
    assert like(near.image, whole.image) > 0.95
    assert "lines removed" not in near.steps


def test_enlarged_digits_of_mnist_are_read_without_their_margin() -> None:
    """Real digits, enlarged and cropped, come out like the originals, and their blurred edges raise no doubt."""
    for image in sample()[::250]:
        large = cv2.resize(image, (280, 280), interpolation=cv2.INTER_CUBIC)
        near = normalise(cut(255 - large))
        assert like(near.image, image) > 0.85
        assert near.share < 0.15


def filled(image: np.ndarray) -> np.ndarray:
    """Stretch a real digit with a broad pen to 24x24 pixels of two greys, light on dark."""
    left, top, width, height = cv2.boundingRect((image > 60).astype(np.uint8))
    large = cv2.resize(image[top : top + height, left : left + width], (160, 160))
    small = cv2.resize(cv2.dilate(large, np.ones((9, 9), np.uint8)), (24, 24), interpolation=cv2.INTER_AREA)
    return ((small > 128) * 255).astype(np.uint8)


@pytest.mark.parametrize("number", [0, 3, 6])
def test_a_broad_digit_of_two_greys_that_fills_its_crop_gets_a_margin(number: int) -> None:
    """A tiny scan with more ink than paper is a digit, and its ink is not taken for the paper."""
    picture = filled(sample()[500 * number + 3])
    assert picture.mean() > 128
    near = normalise(picture)
    assert "margin added" in near.steps
    assert "inverted" not in near.steps


def test_a_bare_stroke_that_fills_its_crop_is_the_ink() -> None:
    """In a crop of a 1, the stroke is the ink and the corners are the paper."""
    page = draw(np.full((300, 300), 255, np.uint8), [(0.5, 0.1), (0.51, 0.9)], 16, (0,))
    near = normalise(cut(page))
    assert "inverted" in near.steps
    assert (near.image[5:23, 12:16].max(axis=1) > 200).all()
    assert not near.image[:, :11].any()


@pytest.mark.parametrize("pen", [40, 70])
def test_a_thick_grainy_digit_stretched_to_a_square_is_read_like_the_whole_picture(pen: int) -> None:
    """A pen of a fifth or more of the digit, cut tightly and stretched to 28x28, as small data sets store digits."""
    page = seven((400, 300), pen)
    crop = cv2.resize(cut(page, 6), (28, 28), interpolation=cv2.INTER_AREA)
    grainy = np.clip(crop + np.random.default_rng(0).normal(0, 3, crop.shape), 0, 255).astype(np.uint8)
    near = normalise(grainy)
    assert "margin added" in near.steps
    assert like(near.image, normalise(page).image) > 0.85


@pytest.mark.parametrize("sigma", [2, 3])
def test_a_crop_with_soft_edges_gets_a_margin(sigma: int) -> None:
    """The blur of a small crop makes its ink seem farther from the sides than it is."""
    crop = cv2.GaussianBlur(cut(seven((120, 100), 10), 8), (0, 0), sigma).astype(np.uint8)
    assert with_margin(crop) is not None


def test_a_coloured_crop_gets_the_margin_of_its_own_paper() -> None:
    """The margin of a crop has the colour of its paper."""
    page = cut(seven())
    crop = np.where(page[..., np.newaxis] < 128, [30, 20, 160], [120, 220, 240]).astype(np.uint8)
    wider = with_margin(crop)
    assert wider is not None
    np.testing.assert_array_equal(wider[0, 0], [120, 220, 240])


def others() -> dict[str, np.ndarray]:
    """Return pictures that are not crops of a digit."""
    white = np.full((200, 200), 255, np.uint8)
    squared, shadow, shape = white.copy(), white.copy(), white.copy()
    squared[::25] = squared[:, ::25] = 90
    cv2.fillPoly(shadow, [np.asarray([(0, 0), (200, 0), (200, 10), (10, 200), (0, 200)], np.int32)], (120,))
    cv2.circle(shape, (100, 100), 100, (0,), -1)
    return {
        "a digit with a margin": seven(),
        "squared paper": squared,
        "a shadow across the page": shadow,
        "a disc": shape,
        "nothing": white,
        "one pixel": white[:1, :1],
    }


@pytest.mark.parametrize("kind", others())
def test_other_pictures_get_no_margin(kind: str) -> None:
    """Lined paper, shadows, shapes and digits with a margin stay unchanged."""
    assert with_margin(others()[kind]) is None
