"""Two models on the same pictures."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from learning.evaluation.comparison import compare, difference_interval, mcnemar
from schemas.artifacts.comparison import Comparison
from tests.samples import make_split


def compare_some(read: str, champion: str, truth: str = "0123456789") -> Comparison:
    """Compare two readings of pictures of these digits."""
    split = make_split([int(digit) for digit in truth])
    return compare(split, list(read), list(champion), version="v0001-aaaaaaaa", content="a", seed=0)


@pytest.mark.parametrize(("better", "worse"), [(9, 1), (1, 9), (0, 6), (30, 12)])
def test_mcnemars_p_is_the_binomials(better: int, worse: int) -> None:
    """The exact p is twice the smaller tail of the binomial distribution with 1/2."""
    assert mcnemar(better, worse) == pytest.approx(2 * binom.cdf(min(better, worse), better + worse, 0.5))


@pytest.mark.parametrize("same", [0, 1, 5])
def test_models_that_gain_and_lose_alike_are_not_told_apart(same: int) -> None:
    """As many better as worse, or none at all, give a p of 1."""
    assert mcnemar(same, same) == 1


def test_better_and_worse_pictures_are_named() -> None:
    """Only pictures that one of the two reads right count, by their ids."""
    found = compare_some("0123456788", "0123456009")
    assert (found.better, found.better_ids) == (2, ["000007", "000008"])
    assert (found.worse, found.worse_ids) == (1, ["000009"])
    assert (found.accuracy, found.champion_accuracy, found.difference) == (0.9, 0.8, pytest.approx(0.1))


def test_a_champion_that_names_other_classes_is_wrong_on_them() -> None:
    """Readings are compared by the names of the classes."""
    found = compare_some("0123456789", "01234ABCDE")
    assert (found.better, found.worse) == (5, 0)


def test_no_more_than_fifty_are_named() -> None:
    """Of many pictures all are counted, and the first 50 named."""
    found = compare_some("1" * 100, "0" * 100, "1" * 100)
    assert (found.better, len(found.better_ids)) == (100, 50)


def test_the_interval_of_a_difference_is_the_textbooks() -> None:
    """The paired bootstrap agrees with the normal approximation where that holds."""
    better, worse, count = 300, 200, 10_000
    low, high = difference_interval(better, worse, count, confidence=0.95, seed=0)
    difference = (better - worse) / count
    half = 1.96 * np.sqrt(better + worse - (better - worse) ** 2 / count) / count
    assert (low, high) == pytest.approx((difference - half, difference + half), abs=half / 20)


def test_models_that_read_alike_differ_by_nothing() -> None:
    """Without a picture that only one reads right the interval has no width."""
    assert difference_interval(0, 0, 100, confidence=0.95, seed=0) == (0, 0)
