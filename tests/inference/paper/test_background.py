"""Estimates of what a page would look like without its ink."""

from __future__ import annotations

import numpy as np
import pytest

from inference.paper.background import fit_surface, grain_of, noise_of, wide_background


def page_with(width: int) -> np.ndarray:
    """Return a page of 10, float32 [160, 200], with an upright bar of 60 that is *width* pixels wide."""
    page = np.full((160, 200), 10, np.float32)
    page[:, 100 - width // 2 : 100 + (width + 1) // 2] = 60
    return page


def test_a_narrow_stroke_is_not_background() -> None:
    """A stroke of 12 pixels is removed where strokes may be 30 wide."""
    assert wide_background(page_with(12), 30).max() < 12


def test_a_wide_shadow_is_background() -> None:
    """A shadow of 80 pixels stays where strokes may be 30 wide."""
    page = page_with(80)
    ground = wide_background(page, 30)
    assert ground.shape == page.shape
    assert np.abs(ground - page)[:, 70:130].max() < 1
    assert np.abs(ground - page)[:, :55].max() < 1


def test_grain_does_not_lower_the_background() -> None:
    """The background of a grainy page lies at its median, although opening takes minima."""
    grain = np.random.default_rng(0).normal(0, 5, (160, 200)).astype(np.float32)
    assert np.median(wide_background(100 + grain, 20)) == pytest.approx(100, abs=1)


@pytest.mark.parametrize("shape", [(1, 1), (1, 90), (3, 2)])
def test_a_sliver_has_a_background(shape: tuple[int, int]) -> None:
    """The background of a single row or pixel has the same shape."""
    np.testing.assert_allclose(wide_background(np.full(shape, 7, np.float32), 9), np.full(shape, 7))


def test_noise_is_the_standard_deviation() -> None:
    """The noise of normal values is their standard deviation, even with a tenth of outliers."""
    values = np.random.default_rng(0).normal(0, 4, 20000).astype(np.float32)
    values[np.random.default_rng(1).uniform(size=20000) < 0.1] = 200
    assert noise_of(values) == pytest.approx(4, rel=0.2)
    assert noise_of(np.zeros(0, np.float32)) == 0


def test_grain_is_measured_despite_much_ink() -> None:
    """With half of the values in ink, the paper's deviation is estimated within a factor of two."""
    values = np.random.default_rng(0).normal(0, 4, 20000).astype(np.float32)
    values[::2] = 150
    assert 4 < grain_of(values) < 9


def test_a_surface_follows_the_light_and_not_the_ink() -> None:
    """The fitted surface follows a slope of light through a page with ink."""
    slope = np.linspace(120, 220, 200, dtype=np.float32) * np.ones((160, 1), np.float32)
    page = slope.copy()
    page[60:100, 80:160] = 20
    surface = fit_surface(page, np.ones(page.shape, np.bool_))
    assert np.abs(surface - slope)[:, 5:-5].max() < 6
