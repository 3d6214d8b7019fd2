"""The bound of right answers that chance alone meets."""

from __future__ import annotations

from math import comb

from tests.machines.margin import MISSED, at_least


def test_a_model_of_the_assumed_accuracy_rarely_fails() -> None:
    """The bound is the quantile: chance falls below it with a probability under MISSED, but not below one more."""
    bound = at_least(0.5, 100)
    fewer, as_many = (sum(comb(100, right) for right in range(end)) / 2**100 for end in (bound, bound + 1))
    assert fewer < MISSED <= as_many
