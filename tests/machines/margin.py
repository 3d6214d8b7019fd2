"""The least number of right answers a test may demand so that chance alone does not fail it."""

from __future__ import annotations

from typing import Any

from scipy.stats import binom

__all__ = ["MISSED", "at_least"]

MISSED = 1e-6
"""Probability that a model of the assumed accuracy fails such a test."""


def at_least(share: float, count: int) -> int:
    """Return the least number right of *count* pictures for a model whose true accuracy is *share*.

    This is a binomial quantile: such a model reads fewer right in one of a million samples of that size. Tests
    assume a share well below what any training reaches, whatever the processor, its threads and the seed.
    """
    distribution: Any = binom
    return int(distribution.ppf(MISSED, count, share))
