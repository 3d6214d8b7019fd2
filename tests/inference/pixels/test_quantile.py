"""Quantiles of samples."""

from __future__ import annotations

import numpy as np
import pytest

from inference.pixels.quantile import median, quantile


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.85, 0.995])
@pytest.mark.parametrize("count", [200, 50_000])
def test_a_quantile_is_near_numpys(count: int, share: float) -> None:
    """Of few values and of many, the rank is right within two percent."""
    values = np.random.default_rng(0).permutation(count).astype(np.float32)
    assert quantile(values, share) == pytest.approx(share * count, abs=0.02 * count)


def test_the_median_of_nothing_is_nought() -> None:
    """No values have the median 0."""
    assert median(np.zeros(0, np.float32)) == 0


def test_every_column_is_seen() -> None:
    """Where every other column of a picture of 256 is dark, the sample holds dark and light alike."""
    stripes = np.zeros((256, 256), np.float32)
    stripes[:, ::2] = 1
    assert (quantile(stripes.ravel(), 0.4), quantile(stripes.ravel(), 0.6)) == (0, 1)
