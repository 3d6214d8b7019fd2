"""Even frames are removed, and digits are kept."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.normalise import normalise
from inference.paper.frame import without_frame
from tests.inference.pictures import sample, seven


def framed(page: np.ndarray, width: int, colour: int) -> np.ndarray:
    """Add a frame around a page."""
    border = (colour,) * 4
    return cv2.copyMakeBorder(page, width, width, width, width, cv2.BORDER_CONSTANT, value=border).astype(np.uint8)


@pytest.mark.parametrize("colour", [0, 255])
def test_a_frame_is_removed(colour: int) -> None:
    """Removing a frame of the opposite grey returns the page, to the pixel."""
    page = seven() if colour == 0 else 255 - seven()
    np.testing.assert_array_equal(without_frame(framed(page, 12, colour)), page)


def test_a_coloured_frame_is_removed() -> None:
    """A frame that differs only in colour is removed."""
    page = np.dstack([seven()] * 3)
    around = cv2.copyMakeBorder(page, 9, 9, 9, 9, cv2.BORDER_CONSTANT, value=(60, 200, 235))
    np.testing.assert_array_equal(without_frame(around.astype(np.uint8)), page)


def test_framed_pictures_of_mnist_come_out_unchanged() -> None:
    """An MNIST picture in a white frame comes out unchanged, even if its ink nearly touches the frame."""
    for image in sample()[::200]:
        normal = normalise(framed(image, 2, 255))
        assert normal.steps == ("frame removed",)
        np.testing.assert_array_equal(normal.image, image)


def pages() -> dict[str, np.ndarray]:
    """Return pictures without a frame."""
    bar, box = np.full((300, 200), 255, np.uint8), np.full((300, 220), 255, np.uint8)
    bar[20:280, 30:170] = 10
    cv2.rectangle(box, (30, 30), (190, 270), (10,), 42)
    grain = np.random.default_rng(0).normal(0, 12, (200, 200))
    return {
        "a 7": seven(),
        "a 7 on black": 255 - seven(),
        "a fat 1 that fills the picture": bar,
        "a boxy 0 that fills the picture": box,
        "a blank page": np.full((90, 120), 200, np.uint8),
        "one pixel": np.zeros((1, 1), np.uint8),
        "a photo": np.clip(seven() + grain, 0, 255).astype(np.uint8),
        "a frame with nothing in it": framed(np.full((80, 80), 255, np.uint8), 5, 0),
    }


@pytest.mark.parametrize("kind", pages())
def test_pictures_without_a_frame_stay_whole(kind: str) -> None:
    """Pages, photos and digits that fill a picture stay whole."""
    page = pages()[kind]
    assert without_frame(page) is page
