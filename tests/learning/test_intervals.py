"""Intervals are those of others' programs, and promise what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from learning.intervals import RESAMPLES, percentiles, resample_confusion, resample_pictures, wilson


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
@pytest.mark.parametrize(("right", "count"), [(0, 1), (1, 1), (0, 50), (50, 50), (980, 1000), (9957, 10000), (3, 7)])
def test_the_interval_of_a_share_is_scipys(right: int, count: int, confidence: float) -> None:
    """Wilson's interval is SciPy's."""
    expected = binomtest(right, count).proportion_ci(confidence, method="wilson")
    assert wilson(right, count, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_980_of_1000_are_more_than_969_permille() -> None:
    """The example that pipeline.yaml names."""
    assert round(wilson(980, 1000, 0.95)[0], 3) == 0.969


def test_the_interval_of_a_share_covers_as_often_as_it_says() -> None:
    """Of 20,000 draws of 1,000 pictures with a true share of 0.98, 95 % have it within their interval, within 1.5 %."""
    drawn = np.random.default_rng(0).binomial(1000, 0.98, 20_000)
    ends = {right: wilson(int(right), 1000, 0.95) for right in np.unique(drawn)}
    assert np.mean([ends[right][0] <= 0.98 <= ends[right][1] for right in drawn]) == pytest.approx(0.95, abs=0.015)


def test_resampled_confusions_count_as_many_pictures() -> None:
    """Every draw holds as many pictures as there are, and none in a cell that is empty."""
    confusion = np.array([[8, 2], [0, 10]])
    drawn = resample_confusion(confusion, seed=1)
    assert drawn.shape == (RESAMPLES, 2, 2)
    assert set(drawn.sum(axis=(1, 2)).tolist()) == {20}
    assert not drawn[:, 1, 0].any()


def test_the_bootstrap_of_a_mean_is_the_textbooks() -> None:
    """The percentiles of a resampled mean lie where the normal distribution has them."""
    values = np.random.default_rng(0).exponential(1, 2000)
    sums = resample_pictures(values, np.zeros(2000, np.int64), seed=0)
    low, high = percentiles(sums[:, 0] / 2000, 0.95)
    half = 1.96 * values.std() / 2000**0.5
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=half / 10)


def test_groups_are_summed_apart() -> None:
    """A picture's value counts in its own group alone."""
    sums = resample_pictures(np.array([1.0, 100.0]), np.array([0, 2]), seed=0)
    assert sums.shape == (RESAMPLES, 3)
    assert set(np.unique(sums[:, 0])) <= {0.0, 1.0, 2.0}
    assert not sums[:, 1].any()


def test_the_same_seed_draws_the_same() -> None:
    """Chance follows from the seed alone."""
    values, groups = np.arange(50.0), np.zeros(50, np.int64)
    first, again, other = (resample_pictures(values, groups, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
