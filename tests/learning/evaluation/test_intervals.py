"""Intervals agree with those of other programs and cover as often as they claim."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binomtest

from learning.evaluation.intervals import (
    RESAMPLES,
    effective_count,
    percentiles,
    resample_confusion,
    resample_pictures,
    widest,
    wilson,
    wilson_f1,
)
from learning.evaluation.metrics import Figures, rates


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.999])
@pytest.mark.parametrize(("right", "count"), [(0, 1), (1, 1), (0, 50), (50, 50), (980, 1000), (9957, 10000), (3, 7)])
def test_the_interval_of_a_share_is_scipys(right: int, count: int, confidence: float) -> None:
    """Wilson's interval equals SciPy's."""
    expected = binomtest(right, count).proportion_ci(confidence, method="wilson")
    assert wilson(right, count, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_980_of_1000_are_more_than_969_permille() -> None:
    """The example in pipeline.yaml is right: 980 of 1,000 have a lower bound of 0.969."""
    assert round(wilson(980, 1000, 0.95)[0], 3) == 0.969


def test_the_interval_of_a_share_covers_as_claimed() -> None:
    """Of 20,000 draws of 1,000 pictures with a share of 0.98, 95 % have it in their interval, within 1.5 %."""
    drawn = np.random.default_rng(0).binomial(1000, 0.98, 20_000)
    ends = {right: wilson(int(right), 1000, 0.95) for right in np.unique(drawn)}
    assert np.mean([ends[right][0] <= 0.98 <= ends[right][1] for right in drawn]) == pytest.approx(0.95, abs=0.015)


def test_resampled_confusions_count_as_many_pictures() -> None:
    """A resampled confusion matrix counts all pictures, and none in an empty cell."""
    confusion = np.array([[8, 2], [0, 10]])
    drawn = resample_confusion(confusion, seed=1)
    assert drawn.shape == (RESAMPLES, 2, 2)
    assert set(drawn.sum(axis=(1, 2)).tolist()) == {20}
    assert not drawn[:, 1, 0].any()


def test_the_bootstrap_of_a_mean_is_nearly_normal() -> None:
    """The percentiles of a resampled mean agree with the normal approximation."""
    values = np.random.default_rng(0).exponential(1, 2000)
    sums = resample_pictures(values, np.zeros(2000, np.int64), seed=0)
    low, high = percentiles(sums[:, 0] / 2000, 0.95)
    half = 1.96 * values.std() / 2000**0.5
    assert (low, high) == pytest.approx((values.mean() - half, values.mean() + half), abs=half / 10)


def test_groups_are_summed_separately() -> None:
    """A picture's value counts only in its own group."""
    sums = resample_pictures(np.array([1.0, 100.0]), np.array([0, 2]), seed=0)
    assert sums.shape == (RESAMPLES, 3)
    assert set(np.unique(sums[:, 0])) <= {0.0, 1.0, 2.0}
    assert not sums[:, 1].any()


def test_the_seed_alone_decides_the_draws() -> None:
    """The same seed draws the same, and another seed does not."""
    values, groups = np.arange(50.0), np.zeros(50, np.int64)
    first, again, other = (resample_pictures(values, groups, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def figures(labels: NDArray[np.int32], read: NDArray[np.int64], sure: float = 0.99999) -> Figures:
    """Return the figures of a model with these readings, each with the confidence *sure*."""
    probabilities = np.full((len(labels), 10), (1 - sure) / 9, np.float32)
    probabilities[np.arange(len(labels)), read] = sure
    return Figures(labels, probabilities, np.zeros(len(labels), np.bool_), 0)


def spread(count: int) -> NDArray[np.int32]:
    """Return *count* labels, spread evenly over the digits."""
    return np.arange(count, dtype=np.int32) % 10


@pytest.mark.parametrize("name", ["precision", "recall", "f1"])
@pytest.mark.parametrize(("count", "lower"), [(36, 0.902), (360, 0.989), (10_000, 0.9996)])
def test_no_error_seen_is_not_certainty(name: str, count: int, lower: float) -> None:
    """With all pictures right, the lower end for a mean over digits is about Wilson's, and never 1."""
    labels = spread(count)
    low, high = figures(labels, labels.astype(np.int64)).get(name).interval(0.95)
    assert (low, high) == (pytest.approx(lower, abs=0.0005), 1.0)


def test_no_error_seen_leaves_room_for_loss() -> None:
    """With 36 right pictures, 9.6 % may be wrong, each with the loss of the second guess; with 10,000 hardly any."""
    ends = {
        count: figures(labels, labels.astype(np.int64)).get("log_loss").interval(0.95)[1]
        for count in (36, 10_000)
        for labels in [spread(count)]
    }
    assert ends[36] == pytest.approx(0.0964 * -np.log(0.00001 / 9), rel=0.01)
    assert ends[10_000] < 0.006


def test_no_error_seen_leaves_room_for_calibration_error() -> None:
    """A model that is sure and right on 36 pictures may be overconfident by 9.6 %."""
    labels = spread(36)
    assert figures(labels, labels.astype(np.int64)).get("calibration_error").interval(0.95)[1] == pytest.approx(
        0.0964, abs=0.0001
    )


@pytest.mark.parametrize("count", [30, 200])
def test_the_interval_of_a_mean_over_digits_covers_as_claimed(count: int) -> None:
    """Of 200 draws of a few pictures with a recall of 0.97, at least 93 % have it in their interval."""
    chance, inside = np.random.default_rng(0), 0
    labels = spread(count)
    for _ in range(200):
        read = np.where(chance.random(count) < 0.97, labels, (labels + 1) % 10).astype(np.int64)
        low, high = figures(labels, read).get("recall").interval(0.95)
        inside += low <= 0.97 <= high
    assert inside >= 0.93 * 200


@pytest.mark.parametrize("count", [1000, 10_000])
def test_with_errors_the_interval_is_the_bootstraps(count: int) -> None:
    """With one picture in 51 misread, the ends lie within a seventh of the width from those of the plain bootstrap."""
    labels = spread(count)
    read = np.where(np.arange(count) % 51 == 0, (labels + 3) % 10, labels).astype(np.int64)
    found = figures(labels, read, sure=0.97)
    means = rates(resample_confusion(found.confusion, seed=0))["recall"].mean(axis=1)
    sums = resample_pictures(found.losses, np.zeros(count, np.int64), seed=0)
    for name, draws in (("recall", means), ("log_loss", sums[:, 0] / count)):
        alone = percentiles(draws, 0.95)
        assert found.get(name).interval(0.95) == pytest.approx(alone, abs=(alone[1] - alone[0]) / 7)


def test_the_interval_of_an_f1_narrows_with_more_pictures() -> None:
    """The interval of an F1 narrows with more pictures and contains the figure."""
    assert wilson_f1(4, 0, 0.95) == (pytest.approx(0.6756, abs=0.0001), 1.0)
    assert wilson_f1(2000, 0, 0.95)[0] > 0.999
    low, high = wilson_f1(90, 10, 0.95)
    assert low < 2 * 90 / (2 * 90 + 10) < high


def test_one_digit_with_few_pictures_widens_the_mean() -> None:
    """Ten shares of 100 pictures count like 1,000 pictures; if one of them has 1 picture, like 92."""
    assert effective_count(np.full(10, 100.0)) == pytest.approx(1000)
    assert effective_count(np.array([1.0] + [100.0] * 9)) == pytest.approx(91.7, abs=0.1)


def test_the_widest_interval_holds_all() -> None:
    """The widest interval takes the lowest and the highest of all ends."""
    assert widest((0.2, 0.5), (0.1, 0.4), (0.3, 0.6)) == (0.1, 0.6)
