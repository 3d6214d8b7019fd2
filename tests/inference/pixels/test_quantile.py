"""Quantiles of samples of pixels."""

from __future__ import annotations

import numpy as np
import pytest

from inference.pixels.quantile import median, quantile


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.85, 0.995])
@pytest.mark.parametrize("count", [200, 50_000])
def test_a_quantile_has_nearly_the_exact_rank(count: int, share: float) -> None:
    """For few values and for many, the rank is right within two percent."""
    values = np.random.default_rng(0).permutation(count).astype(np.float32)
    assert quantile(values, share) == pytest.approx(share * count, abs=0.02 * count)


def test_the_median_of_no_values_is_zero() -> None:
    """The median of an empty array is 0."""
    assert median(np.zeros(0, np.float32)) == 0


def test_a_sample_covers_every_column() -> None:
    """If every other column of 256 is dark, the sample holds dark and light pixels."""
    stripes = np.zeros((256, 256), np.float32)
    stripes[:, ::2] = 1
    assert (quantile(stripes.ravel(), 0.4), quantile(stripes.ravel(), 0.6)) == (0, 1)
