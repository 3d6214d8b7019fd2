"""Synthetic pictures follow their kind and seed, and keep the shape of the digit."""

from __future__ import annotations

from itertools import chain, islice

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from components.sources.sample import read_sample
from learning.synthetic.encoding import encode_jpeg, encode_png, store_turned
from learning.synthetic.not_digits import LETTERS, blank_pages, letters, noise, scribbles, too_faint, two_digits
from learning.synthetic.robustness import KINDS, render, robustness_suite
from learning.synthetic.strokes import FINE, Pose, ink_of, outline, place, retrace
from schemas.artifacts.examples import SIDE, Split

Pixels = NDArray[np.uint8]

LOOK_LIKE_DIGITS = set("abDgGIJloOqQsSuUVyYzZiB")


@pytest.fixture(scope="module")
def split() -> Split:
    """Return fifty digits, five of each class."""
    sample = read_sample(0)["test"]
    chosen = np.concatenate([np.flatnonzero(sample.labels == label)[:5] for label in range(10)])
    return sample.take(chosen)


def decode(data: bytes, how: int = cv2.IMREAD_COLOR) -> Pixels:
    """Decode a file, by default with EXIF's orientation applied."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), how)
    assert pixels is not None
    return pixels.astype(np.uint8)


def grey(data: bytes) -> Pixels:
    """Decode a file to grey."""
    return decode(data, cv2.IMREAD_GRAYSCALE)


def border_of(pixels: Pixels) -> float:
    """Return the median of the outermost pixels."""
    return float(np.median(np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])))


def form(ink: NDArray[np.bool_]) -> tuple[int, int]:
    """Count the connected components of ink, and the loops in them."""
    around = np.pad(ink, 1)
    pieces = cv2.connectedComponents(around.astype(np.uint8), connectivity=8)[0] - 1
    return pieces, cv2.connectedComponents((~around).astype(np.uint8), connectivity=4)[0] - 2


def width_of(field: NDArray[np.float32]) -> float:
    """Estimate the stroke width in pixels: twice the area divided by the length of the edges."""
    ink = (field < 0).astype(np.uint8)
    edges, _ = cv2.findContours(ink, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    return 2 * float(ink.sum()) / sum(cv2.arcLength(edge, closed=True) for edge in edges) / FINE


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_reproducible(split: Split, kind: str) -> None:
    """The same image, kind and seed give the same bytes."""
    assert render(split.images[3], kind, 7) == render(split.images[3], kind, 7)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"inverted"}))
def test_another_seed_draws_another_picture(split: Split, kind: str) -> None:
    """Another seed gives another picture."""
    assert render(split.images[3], kind, 7) != render(split.images[3], kind, 8)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_decoded(split: Split, kind: str) -> None:
    """OpenCV decodes every kind, at 28 to 640 pixels a side."""
    shapes = np.array([decode(render(image, kind, 0)).shape[:2] for image in split.images[::10]])
    assert shapes.min() >= SIDE
    assert shapes.max() <= 640


@pytest.mark.parametrize("kind", ["shaded", "lined", "squared", "coloured_pen", "pencil", "exif"])
def test_photos_are_dark_on_light(split: Split, kind: str) -> None:
    """On paper, ink is darker than the paper by more than anything is lighter."""
    for image in split.images[::10]:
        pixels = cv2.GaussianBlur(grey(render(image, kind, 1)), (0, 0), 1).astype(np.uint8)
        ground = float(np.median(pixels))
        assert ground - pixels.min() > pixels.max() - ground


def test_inverted_is_dark_on_white(split: Split) -> None:
    """Inverted pictures have a white border and black ink."""
    drawn = [grey(render(image, "inverted", 0)) for image in split.images[::5]]
    assert {(border_of(pixels), int(pixels.min()) < 20) for pixels in drawn} == {(255.0, True)}


def test_inverted_at_its_own_size_is_mnist_inverted(split: Split) -> None:
    """An inverted picture of MNIST's size holds MNIST's pixels, inverted."""
    drawn = [(image, grey(render(image, "inverted", 0))) for image in split.images]
    same = [np.array_equal(255 - pixels, image) for image, pixels in drawn if pixels.shape == image.shape]
    assert len(same) > 5
    assert all(same)


@pytest.mark.parametrize("kind", ["off_centre", "jpeg"])
def test_drawings_come_in_both_polarities(split: Split, kind: str) -> None:
    """Pictures from paint programs are dark on light, and light on dark."""
    grounds = {border_of(grey(render(image, kind, 0))) > 127 for image in split.images[::3]}
    assert grounds == {True, False}


def test_alpha_pictures_have_one_colour(split: Split) -> None:
    """Without its alpha channel, an alpha picture has a single colour."""
    drawn = [decode(render(image, "alpha", 0), cv2.IMREAD_UNCHANGED) for image in split.images[::5]]
    assert {np.unique(pixels[..., :3].reshape(-1, 3), axis=0).shape[0] for pixels in drawn} == {1}


def test_alpha_pictures_range_to_opaque(split: Split) -> None:
    """The alpha channel ranges from transparent to opaque."""
    drawn = [decode(render(image, "alpha", 0), cv2.IMREAD_UNCHANGED) for image in split.images[::5]]
    assert all(pixels[..., 3].min() == 0 and pixels[..., 3].max() > 250 for pixels in drawn)


@pytest.mark.parametrize("big_endian", [True, False])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turned_back_is_upright(orientation: int, big_endian: bool) -> None:  # noqa: FBT001  (pytest passes it)
    """A reader that honours EXIF sees every orientation upright."""
    upright = np.zeros((48, 64, 3), np.uint8)
    upright[4:20, 4:12], upright[30:44, 40:60] = 255, 128
    seen = decode(encode_jpeg(upright, 95, orientation, big_endian=big_endian)).astype(int)
    assert np.abs(seen - upright).mean() < 3


@pytest.mark.parametrize("orientation", range(2, 9))
def test_exif_pixels_are_stored_turned(orientation: int) -> None:
    """A reader that ignores EXIF sees other pixels."""
    upright = np.random.default_rng(0).integers(0, 256, (8, 8), np.uint8)
    assert not np.array_equal(store_turned(upright, orientation), upright)


def test_the_exif_kind_has_an_exif_segment(split: Split) -> None:
    """Pictures of the kind exif are JPEG files with an EXIF segment."""
    starts = {render(image, "exif", 0)[:12] for image in split.images[::5]}
    assert {start[2:4] + start[6:12] for start in starts} == {b"\xff\xe1Exif\0\0"}


def test_the_jpeg_kind_is_jpeg(split: Split) -> None:
    """Pictures of the kind jpeg are JPEG files."""
    assert {render(image, "jpeg", 0)[:2] for image in split.images[::10]} == {b"\xff\xd8"}


def test_outline_is_the_digit(split: Split) -> None:
    """Drawn at MNIST's size, the outline equals MNIST's picture except for the softness of its edges."""
    errors = [
        np.abs(cv2.resize((outline(image) < 0).astype(np.float32), (36, 36), interpolation=cv2.INTER_AREA)[4:-4, 4:-4]
               - image / 255).mean()
        for image in split.images[::3]
    ]  # fmt: skip
    assert np.mean(errors) < 0.04


@pytest.mark.parametrize("width", [0.5, 2.0, 5.0])
def test_pens_keep_loops_and_components(split: Split, width: float) -> None:
    """A thin or a thick pen keeps the loops and connected components of at least 95 % of the digits."""
    inks = [ink_of(image) for image in split.images[::2]]
    kept = [form(retrace(ink, width) < 0) == form(ink) for ink in inks]
    assert np.mean(kept) >= 0.95


@pytest.mark.parametrize("width", [0.5, 5.2])
def test_pens_stay_off_the_border(split: Split, width: float) -> None:
    """However thick the pen, no ink reaches the border of the field."""
    fields = [retrace(ink_of(image), width) for image in split.images[::3]]
    assert min(min(field[0].min(), field[-1].min(), field[:, 0].min(), field[:, -1].min()) for field in fields) > 0


def test_thick_keeps_the_loops_of_zeros_and_eights(split: Split) -> None:
    """The thickest pen keeps the loops of every 0 and 8."""
    inks = [ink_of(image) for image in split.images[np.isin(split.labels, (0, 8))]]
    assert all(form(retrace(ink, 5.2) < 0)[1] == form(ink)[1] for ink in inks)


def test_pens_differ_in_width(split: Split) -> None:
    """A pen of one pixel is thinner than the writing in every digit, and a pen of five is thicker."""
    for image in split.images[::5]:
        ink = ink_of(image)
        assert width_of(retrace(ink, 1.0)) < width_of(outline(image)) < width_of(retrace(ink, 5.0)) + 0.7


@pytest.mark.parametrize("corner", [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)])
@pytest.mark.parametrize("degrees", [0.0, 20.0, -20.0])
def test_digits_stay_on_the_page(split: Split, corner: tuple[float, float], degrees: float) -> None:
    """In any corner and turned either way, no ink touches the edge of the page."""
    for image in split.images[::10]:
        ink = place(outline(image), (120, 160), Pose(70.0, *corner, degrees=degrees))
        assert border_of((255 * ink).astype(np.uint8)) == 0
        assert max(ink[0].max(), ink[-1].max(), ink[:, 0].max(), ink[:, -1].max()) == 0


def test_the_suite_is_balanced(split: Split) -> None:
    """Every kind has the same number of pictures, with the same labels."""
    labels: dict[str, list[int]] = {kind: [] for kind in KINDS}
    for kind, label, _ in robustness_suite(split, per_kind=2, seed=0):
        labels[kind].append(label)
    assert set(map(tuple, labels.values())) == {(0, 5)}


def test_the_suite_is_what_render_draws(split: Split) -> None:
    """The suite's pictures do not depend on those before them."""
    drawn = {kind: data for kind, _, data in islice(robustness_suite(split, per_kind=1, seed=4), 6)}
    assert drawn == {kind: render(split.images[0], kind, 4) for kind in KINDS[:6]}


def test_the_suite_uses_no_picture_twice(split: Split) -> None:
    """A split smaller than requested is used once."""
    few = split.take(np.arange(1))
    assert len(list(robustness_suite(few, per_kind=5, seed=0))) == len(KINDS)


def test_blank_pages_have_no_ink() -> None:
    """Blank pages without rules and shadows have no contrast as strong as ink."""
    for data in (page for i, page in enumerate(blank_pages(18, 0)) if i % 9 < 6):
        pixels = cv2.GaussianBlur(grey(data), (0, 0), 2).astype(np.float32)
        around = cv2.GaussianBlur(pixels, (0, 0), 12)
        assert np.abs(pixels - around).max() < 25


def test_flat_blank_pages_are_flat() -> None:
    """White, black and grey pages have a single grey level."""
    flat = [page for i, page in enumerate(blank_pages(12, 0)) if i % 9 < 3]
    assert {len(np.unique(grey(data))) for data in flat} == {1}


def test_no_letter_looks_like_a_digit() -> None:
    """No letter in the set can be handwritten like a digit."""
    assert not LOOK_LIKE_DIGITS & set(LETTERS)


def test_no_two_letters_are_equal() -> None:
    """No letter is drawn twice in the same way."""
    drawn = list(letters(len(LETTERS) + 1, 0))
    assert len(set(drawn)) == len(LETTERS) + 1


def test_two_digits_do_not_touch(split: Split) -> None:
    """A picture of two digits has at least two connected components of ink."""
    for data in two_digits(split, 6, 0):
        pixels = cv2.resize(grey(data), (300, 300), interpolation=cv2.INTER_AREA).astype(np.uint8)
        ink = np.abs(pixels.astype(int) - np.median(pixels)) > 60
        assert form(ink)[0] >= 2


def test_too_faint_pictures_have_little_contrast(split: Split) -> None:
    """A picture that is too faint has little contrast left anywhere."""
    for data in too_faint(split, 10, 0):
        pixels = cv2.GaussianBlur(grey(data), (0, 0), 2).astype(np.float32)
        assert np.abs(pixels - cv2.GaussianBlur(pixels, (0, 0), 12)).max() < 20


def test_refusals_are_reproducible(split: Split) -> None:
    """One seed always gives the same pictures."""

    def drawn() -> list[bytes]:
        sets = blank_pages(9, 1), noise(5, 1), letters(3, 1), scribbles(3, 1)
        return list(chain(*sets, two_digits(split, 3, 1), too_faint(split, 2, 1)))

    assert drawn() == drawn()


def test_refusals_can_be_decoded(split: Split) -> None:
    """Every picture of the refusal sets decodes, and there are as many as requested."""
    sets = blank_pages(9, 0), noise(9, 0), letters(9, 0), scribbles(9, 0)
    shapes = [decode(data).shape for data in chain(*sets, two_digits(split, 9, 0), too_faint(split, 9, 0))]
    assert (len(shapes), min(min(shape[:2]) for shape in shapes)) == (54, SIDE)


def test_png_keeps_every_pixel() -> None:
    """PNG files keep the pixels."""
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    np.testing.assert_array_equal(decode(encode_png(pixels)), pixels)
