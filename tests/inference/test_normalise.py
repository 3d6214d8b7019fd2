"""Any picture of a digit becomes the 28x28 that MNIST would have made of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.normalise import normalise
from inference.normalised import Normalised
from inference.pixels.centring import bounding_box
from tests.inference.pictures import SEVEN, draw, like, sample, seven

OLD_FIVE = (
    ((0.35, 0.3), (0.33, 0.48), (0.55, 0.45), (0.66, 0.6), (0.55, 0.78), (0.35, 0.76)),
    ((0.38, 0.22), (0.7, 0.2)),
)
REFERENCE = normalise(seven()).image


def shadowed(page: np.ndarray, darkest: float = 0.4) -> np.ndarray:
    """Darken a page towards one corner."""
    y, x = np.mgrid[0 : 1 : page.shape[0] * 1j, 0 : 1 : page.shape[1] * 1j]
    return np.rint(page * (1 - (1 - darkest) * (x + y) / 2)).astype(np.uint8)


def framed(page: np.ndarray, width: int, grey: int) -> np.ndarray:
    """Add a frame around a page."""
    return cv2.copyMakeBorder(page, width, width, width, width, cv2.BORDER_CONSTANT, value=(grey,)).astype(np.uint8)


def ruled(step: int, *, squared: bool = False) -> np.ndarray:
    """Return a page with printed lines or squares."""
    page = np.full((400, 400), 235, np.uint8)
    page[::step] = page[1::step] = 180
    if squared:
        page[:, ::step] = page[:, 1::step] = 180
    return page


def noisy(page: np.ndarray, sigma: float) -> np.ndarray:
    """Add the grain of a sensor."""
    grain = np.random.default_rng(0).normal(0, sigma, page.shape)
    return np.clip(page + grain, 0, 255).astype(np.uint8)


PAGES = {
    "light on dark": 255 - seven(),
    "small in a large page": np.pad(seven((60, 60), 5), ((300, 40), (20, 500)), constant_values=235),
    "tiny": seven((14, 14), 1),
    "large": seven((1500, 1500), 110),
    "one-pixel lines": seven((600, 600), 1),
    "one-pixel lines in a page of 3000 pixels": seven((3000, 3000), 1),
    "fat brush": seven((200, 200), 44),
    "pencil": seven(ink=205, paper=230),
    "noise": noisy(seven(ink=60, paper=190), 25),
    "blur": cv2.GaussianBlur(seven(), (0, 0), 5).astype(np.uint8),
    "shadow": shadowed(seven((480, 480), 38)),
    "shadow on a blackboard": shadowed(seven((480, 480), 38, ink=230, paper=60)),
    "light frame round a dark canvas": framed(255 - seven(), 8, 255),
    "dark frame round light paper": framed(seven(), 10, 10),
    "frame in a margin": framed(framed(seven(), 6, 10), 12, 250),
    "scan border on one side": np.hstack([np.full((200, 14), 15, np.uint8), seven()]),
    "sheet on a dark table": np.pad(seven(), ((80, 50), (60, 90)), constant_values=70),
    "sheet on a light table": np.pad(255 - seven(), 70, constant_values=200),
    "ruled paper": draw(ruled(40), SEVEN, 30, (40,)),
    "squared paper": draw(ruled(30, squared=True), SEVEN, 30, (40,)),
    "blue pen on grey": draw(np.full((300, 300, 3), 150, np.uint8), SEVEN, 22, (190, 120, 90)),
    "yellow on white": draw(np.full((300, 300, 3), 250, np.uint8), SEVEN, 22, (90, 245, 250)),
    "red on green of the same luma": draw(np.full((300, 300, 3), (60, 150, 60), np.uint8), SEVEN, 22, (60, 84, 190)),
    "grey of 28x28": cv2.resize(seven(), (28, 28), interpolation=cv2.INTER_AREA).astype(np.uint8),
}


@pytest.mark.parametrize("kind", PAGES)
def test_every_page_gives_the_same_seven(kind: str) -> None:
    """On every page and paper, with every pen, the 28x28 is the same 7."""
    assert like(normalise(PAGES[kind]).image, REFERENCE) > 0.8


@pytest.mark.parametrize("kind", PAGES)
def test_every_page_is_drawn_like_mnist(kind: str) -> None:
    """Ink is light and full, its longer side is 20 pixels, and its centre of mass is the centre."""
    image = normalise(PAGES[kind]).image
    top, bottom, left, right = bounding_box(image > 0)
    row, column = np.indices((28, 28)).reshape(2, -1) @ image.ravel() / image.sum()
    assert image.max() == 255
    assert max(bottom - top, right - left) == 20
    assert max(abs(row - 14), abs(column - 14)) <= 0.52


@pytest.mark.parametrize("kind", PAGES)
def test_nothing_is_random(kind: str) -> None:
    """The same picture always gives the same 28x28."""
    np.testing.assert_array_equal(normalise(PAGES[kind]).image, normalise(PAGES[kind].copy()).image)


@pytest.mark.parametrize(
    ("kind", "step"),
    [
        ("pencil", "inverted"),
        ("ruled paper", "lines removed"),
        ("one-pixel lines", "thickened"),
        ("fat brush", "thinned"),
        ("dark frame round light paper", "frame removed"),
        ("sheet on a dark table", "paper found"),
        ("scan border on one side", "bars removed"),
        ("yellow on white", "grey of blue"),
    ],
)
def test_steps_are_recorded(kind: str, step: str) -> None:
    """The steps name what was done to the picture."""
    assert any(each.startswith(step) for each in normalise(PAGES[kind]).steps)


def drawn(strokes: tuple[tuple[tuple[float, float], ...], ...]) -> np.ndarray:
    """Draw several strokes on a page of 300 pixels."""
    page = np.full((300, 300), 240, np.uint8)
    for stroke in strokes:
        page = draw(page, stroke, 14, (20,))
    return page


def test_a_detached_stroke_is_kept() -> None:
    """The detached top stroke of a 5 is not dropped as a speck."""
    whole, body = normalise(drawn(OLD_FIVE)).image, normalise(drawn(OLD_FIVE[:1])).image
    assert like(whole, body) < 0.8
    assert bounding_box(whole > 0)[1] - bounding_box(whole > 0)[0] == 20


def test_specks_are_dropped() -> None:
    """Dust does not change the 28x28, and is counted."""
    page = seven((300, 300), 20)
    page[40:44, 30:34] = page[250:254, 250:255] = page[20:23, 150:153] = 40
    normal = normalise(page)
    assert "3 marks ignored" in normal.steps
    assert like(normal.image, normalise(seven((300, 300), 20)).image) > 0.98


def test_the_faint_half_of_a_loop_is_kept() -> None:
    """A 0 with a right half four times as faint is still closed."""
    ring = cv2.ellipse(np.zeros((300, 300), np.float32), (150, 150), (60, 90), 0, 0, 360, (1.0,), 14, cv2.LINE_AA)
    fading = np.linspace(1.6, -0.4, 300, dtype=np.float32)[None].clip(0.25, 1)
    image = normalise((240 - 200 * ring * fading).astype(np.uint8)).image
    holes = cv2.connectedComponents((image < 64).astype(np.uint8), connectivity=4)[0] - 1
    assert holes == 2


def test_two_digits_are_counted() -> None:
    """Two digits side by side count as two."""
    assert normalise(np.hstack([seven(), seven()])).digits == 2


def test_one_digit_is_counted_as_one() -> None:
    """A single digit counts as one."""
    assert normalise(seven()).digits == 1


def blank_pages() -> dict[str, np.ndarray]:
    """Return pages without ink."""
    plain = np.full((480, 640), 210, np.uint8)
    return {
        "white": np.full((100, 100), 255, np.uint8),
        "black": np.zeros((28, 28), np.uint8),
        "coloured": np.full((60, 60, 3), (200, 120, 40), np.uint8),
        "one pixel": np.zeros((1, 1), np.uint8),
        "one row": np.full((1, 300), 90, np.uint8),
        "grain": noisy(plain, 4),
        "shadow": noisy(shadowed(plain), 3),
    }


@pytest.mark.parametrize("kind", blank_pages())
def test_a_blank_page_has_no_digit(kind: str) -> None:
    """A page without ink has no digit and an empty 28x28."""
    normal = normalise(blank_pages()[kind])
    assert normal.digits == 0
    assert not normal.image.any()


@pytest.mark.parametrize("shape", [(28, 28), (200, 300)])
def test_noise_is_not_clear(shape: tuple[int, int]) -> None:
    """Random pixels are less clear than a digit."""
    normal = normalise(np.random.default_rng(0).integers(0, 256, shape, np.uint8))
    assert normal.clearness < 0.5 < normalise(seven()).clearness


def test_pictures_of_steps_are_kept_on_request() -> None:
    """With trace, 8-bit pictures of the steps are kept; without it, none."""
    assert normalise(seven()).trace == ()
    assert all(picture.dtype == np.uint8 for _, picture in normalise(seven(), trace=True).trace)


def enlarged(image: np.ndarray, kind: str) -> np.ndarray:
    """Draw a real digit as dark ink on a larger page."""
    page = 255 - cv2.resize(image, (224, 224), interpolation=cv2.INTER_CUBIC)
    page = np.pad(page, ((30, 90), (120, 10)), constant_values=255)
    return {"plain": page, "shadow": shadowed(page), "frame": framed(page, 9, 20)}[kind].astype(np.uint8)


@pytest.mark.parametrize("kind", ["plain", "shadow", "frame"])
def test_real_digits_come_back(kind: str) -> None:
    """MNIST's digits, enlarged on a page, come back nearly unchanged."""
    likeness = [like(normalise(enlarged(image, kind)).image, image) for image in sample()[::250]]
    assert np.median(likeness) > 0.93
    assert min(likeness) > 0.75


def test_the_result_is_a_28x28_picture() -> None:
    """The result is a Normalised with a uint8 picture of 28x28."""
    normal = normalise(seven())
    assert isinstance(normal, Normalised)
    assert (normal.image.shape, normal.image.dtype.name) == ((28, 28), "uint8")
