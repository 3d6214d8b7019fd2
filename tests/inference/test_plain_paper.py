"""The fast path reads plain pictures like the full path does, and leaves all others to it."""

from __future__ import annotations

from itertools import repeat

import cv2
import numpy as np
import pytest

from inference.normalise import normalise
from inference.normalised import Normalised
from inference.plain_paper import normalise_plain
from inference.reading import read_picture
from inference.trace import Trace
from tests.inference.pictures import SEVEN, as_file, draw, like, seven

PAGE = seven((480, 640), 40)


def read_plain(pixels: np.ndarray) -> Normalised | None:
    """Read a grey picture on the fast path."""
    return normalise_plain(repeat(pixels), Trace(wanted=False))


def grainy(page: np.ndarray, sigma: float) -> np.ndarray:
    """Add the grain of a sensor."""
    return np.clip(page + np.random.default_rng(0).normal(0, sigma, page.shape), 0, 255).astype(np.uint8)


def lit(page: np.ndarray, light: np.ndarray) -> np.ndarray:
    """Reduce the light on a page."""
    return (page * light).astype(np.uint8)


Y, X = np.mgrid[0 : 1 : PAGE.shape[0] * 1j, 0 : 1 : PAGE.shape[1] * 1j]
PLAIN = {
    "clean": PAGE,
    "light on dark": 255 - PAGE,
    "grain": grainy(PAGE, 10),
    "shading": lit(PAGE, 1 - 0.5 * X),
    "vignette": lit(PAGE, 1 - 1.1 * ((X - 0.5) ** 2 + (Y - 0.5) ** 2)),
    "pencil": seven((480, 640), 20, ink=150),
    "small": np.pad(seven((100, 100), 9), ((300, 80), (20, 520)), constant_values=235),
    "hundred pixels": seven((100, 100), 9),
}
NOT_PLAIN = {
    "blank": np.full((480, 640), 230, np.uint8),
    "noise": np.random.default_rng(0).integers(0, 256, (480, 640), np.uint8),
    "faint": seven((480, 640), 34, ink=215),
    "edge of a shadow": lit(PAGE, np.where(X < 0.6, 1, 0.6)),
    "ruled": np.where(np.arange(480)[:, None] % 60 < 3, np.minimum(PAGE, 150), PAGE).astype(np.uint8),
    "sheet on a table": np.pad(seven((300, 400), 20), ((80, 100), (140, 100)), constant_values=70),
    "box of a form": cv2.rectangle(
        np.pad(seven((200, 200), 16), 140, constant_values=235), (130, 130), (350, 350), [20], 3
    ),
    "two digits": np.hstack([seven((300, 250), 20), seven((300, 250), 20)]),
    "cut off": PAGE[100:],
    "blob": cv2.circle(np.full((480, 640), 230, np.uint8), (320, 240), 110, [20], -1),
    "dust": np.where(np.random.default_rng(0).random((48, 64)).repeat(10, 0).repeat(10, 1) < 0.02, 90, PAGE).astype(
        np.uint8
    ),
    "narrow": PAGE[:, 200:230],
}


@pytest.mark.parametrize("kind", PLAIN)
def test_a_plain_picture_takes_the_fast_path(kind: str) -> None:
    """A single digit on plain paper is drawn like on the full path."""
    normal = read_plain(PLAIN[kind])
    assert normal is not None
    assert like(normal.image, normalise(PLAIN[kind], plain=False).image) > 0.85


@pytest.mark.parametrize("kind", NOT_PLAIN)
def test_other_pictures_take_the_full_path(kind: str) -> None:
    """The fast path refuses pictures that are not a single digit on plain paper."""
    assert read_plain(np.asarray(NOT_PLAIN[kind], np.uint8)) is None


def test_both_paths_describe_a_picture_alike() -> None:
    """Strength, noise, share and clearness are close to those of the full path."""
    page = grainy(PAGE, 8)
    fast, full = read_plain(page), normalise(page, plain=False)
    assert fast is not None
    assert fast.steps == full.steps == ("inverted",)
    assert fast.strength == pytest.approx(full.strength, rel=0.1)
    assert fast.share == pytest.approx(full.share, rel=0.2)
    assert fast.clearness == pytest.approx(full.clearness, abs=0.1)


def test_pictures_of_the_steps_are_kept() -> None:
    """With trace, the original in colour, each step and the 28x28 are kept."""
    page = draw(np.full((480, 640, 3), (200, 225, 235), np.uint8), SEVEN, 40, (140, 60, 30))
    reading = read_picture(as_file(page, "JPEG"), trace=True)
    assert [name for name, _ in reading.trace] == ["original", "grey", "all ink", "crop", "strokes", "28x28"]
    assert reading.trace[0][1].shape == (480, 640, 3)
    assert all(picture.dtype == np.uint8 for _, picture in reading.trace)


def test_a_digit_too_small_for_the_first_draft_is_found_in_the_next() -> None:
    """A digit of 60 pixels in a photo of 2,000 is read."""
    page = np.full((1500, 2000), 225, np.uint8)
    page[300:380, 400:480] = seven((80, 80), 8, paper=225)
    assert like(read_picture(as_file(page, "JPEG", quality=90)).image, normalise(seven()).image) > 0.8
