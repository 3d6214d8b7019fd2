"""Comparing two models on the same pictures."""

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
def test_mcnemars_p_is_the_binomial_tail(better: int, worse: int) -> None:
    """The exact p is twice the smaller tail of the binomial distribution with probability 1/2."""
    assert mcnemar(better, worse) == pytest.approx(2 * binom.cdf(min(better, worse), better + worse, 0.5))


@pytest.mark.parametrize("same", [0, 1, 5])
def test_equal_gains_and_losses_give_a_p_of_one(same: int) -> None:
    """With as many pictures gained as lost, p is 1."""
    assert mcnemar(same, same) == 1


def test_better_and_worse_pictures_are_named() -> None:
    """Pictures that only one of the models reads right are counted and named by id."""
    found = compare_some("0123456788", "0123456009")
    assert (found.better, found.better_ids) == (2, ["000007", "000008"])
    assert (found.worse, found.worse_ids) == (1, ["000009"])
    assert (found.accuracy, found.champion_accuracy, found.difference) == (0.9, 0.8, pytest.approx(0.1))


def test_a_champion_that_names_other_classes_is_wrong_on_them() -> None:
    """Readings are compared by the names of the classes."""
    found = compare_some("0123456789", "01234ABCDE")
    assert (found.better, found.worse) == (5, 0)


def test_at_most_fifty_pictures_are_named() -> None:
    """All pictures are counted, and the first 50 named."""
    found = compare_some("1" * 100, "0" * 100, "1" * 100)
    assert (found.better, len(found.better_ids)) == (100, 50)


def test_the_interval_of_a_difference_is_nearly_normal() -> None:
    """For many pictures, the paired bootstrap agrees with the normal approximation."""
    better, worse, count = 300, 200, 10_000
    low, high = difference_interval(better, worse, count, confidence=0.95, seed=0)
    difference = (better - worse) / count
    half = 1.96 * np.sqrt(better + worse - (better - worse) ** 2 / count) / count
    assert (low, high) == pytest.approx((difference - half, difference + half), abs=half / 20)


def test_models_that_read_alike_have_an_empty_interval() -> None:
    """If no picture is read right by only one model, the interval of the difference is 0 to 0."""
    assert difference_interval(0, 0, 100, confidence=0.95, seed=0) == (0, 0)
