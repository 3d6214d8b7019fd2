"""A digit of a few pixels is enlarged in greys, whether its file has few pixels or enlarged ones."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from inference.drawing.low_resolution import enlarge, find_cells, reduce_cut_out, reduce_soft
from inference.normalise import normalise
from tests.inference.pictures import like, sample, seven


def scan(image: np.ndarray, side: int = 8) -> np.ndarray:
    """Cut out a digit, keep its shape, and reduce it to a square of a few pixels."""
    left, top, width, height = cv2.boundingRect((image > 60).astype(np.uint8))
    longer = max(width, height)
    down, right = longer - height, longer - width
    whole = np.pad(
        image[top : top + height, left : left + width],
        ((down // 2, down - down // 2), (right // 2, right - right // 2)),
    )
    return cv2.resize(whole, (side, side), interpolation=cv2.INTER_AREA).astype(np.uint8)


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize("side", [8, 12, 16])
def test_a_small_scan_looks_like_the_digit(side: int, light: bool) -> None:  # noqa: FBT001
    """Digits of 8 to 16 pixels without a margin come out like the originals, in both polarities."""
    for image in sample()[::500]:
        cells = scan(image, side)
        near = normalise(255 - cells if light else cells)
        assert like(near.image, image) > 0.65
        assert near.steps[-1] == f"enlarged from {side}x{side}"


@pytest.mark.parametrize("block", [2, 10, 37])
def test_enlarged_blocks_are_the_same_picture(block: int) -> None:
    """A scan whose pixels were enlarged to squares gives what the scan itself gives."""
    cells = scan(sample()[3])
    large = cells.repeat(block, 0).repeat(block, 1)
    np.testing.assert_array_equal(normalise(large).image, normalise(cells).image)


def test_a_smoothly_enlarged_scan_is_not_blank() -> None:
    """Eight pixels enlarged to 160 have no sharp edge, and are a digit all the same."""
    for image in sample()[::500]:
        large = cv2.resize(255 - scan(image), (160, 160), interpolation=cv2.INTER_CUBIC).astype(np.uint8)
        near = normalise(large)
        assert near.digits == 1
        assert like(near.image, image) > 0.5


@pytest.mark.parametrize("way", [cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4])
@pytest.mark.parametrize(("ink", "paper"), [(30, 240), (90, 220), (230, 20)])
@pytest.mark.parametrize("side", [70, 200, 390])
def test_a_cut_out_digit_with_soft_edges_is_found(side: int, ink: int, paper: int, way: int) -> None:
    """A scan without a margin that was enlarged smoothly is one digit, whatever its size, greys and grain."""
    rng = np.random.default_rng(side + ink)
    for image in sample()[100::1000]:
        large = cv2.resize(scan(image, 10), (side, side), interpolation=way).astype(np.float32) / 255
        grey = paper + (ink - paper) * large + rng.normal(0, 3, large.shape)
        near = normalise(grey.clip(0, 255).astype(np.uint8))
        assert near.digits == 1
        assert like(near.image, image) > 0.6


@pytest.mark.parametrize("depth", [0.1, 0.25, 0.4])
def test_a_band_of_shadow_is_not_cut_out(depth: float) -> None:
    """A soft band of shadow across bare paper reaches two sides, and is no stroke: it lets more light through."""
    band = np.abs(np.arange(200) - 90) < 25
    page = 230 * (1 - depth * cv2.GaussianBlur(np.tile(band, (200, 1)).astype(np.float32), (0, 0), 8))
    assert reduce_cut_out(page.astype(np.uint8)) is None


def test_two_digits_are_not_enlarged_as_one() -> None:
    """Two digits of 8 pixels side by side are left to the search."""
    cells = np.hstack([np.pad(scan(image), ((0, 0), (0, 2))) for image in sample()[:2]])
    assert find_cells(cells) is not None
    assert enlarge(cells) is None


def test_a_large_picture_has_no_cells() -> None:
    """A picture with more pixels than MNIST's digits have is no scan of a few."""
    assert find_cells(seven((40, 40), 4)) is None


def test_an_even_picture_has_no_digit() -> None:
    """One grey is enlarged to nothing."""
    assert enlarge(np.full((8, 8), 200, np.uint8)) is None


def test_a_shadow_is_no_soft_digit() -> None:
    """A page of which half is in a soft shadow is not taken for an enlarged scan."""
    half = np.where(np.arange(200) < 100, 240, 120).astype(np.uint8)
    page = cv2.GaussianBlur(np.tile(half, (200, 1)), (0, 0), 8).astype(np.uint8)
    assert reduce_soft(page) is None
