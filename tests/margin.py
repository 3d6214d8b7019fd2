"""How many right answers a test may ask for, so that chance alone does not fail it."""

from __future__ import annotations

from scipy.stats import binom

__all__ = ["MISSED", "at_least"]

MISSED = 1e-6
"""The chance at which a reader as good as a test supposes fails it."""


def at_least(share: float, count: int) -> int:
    """Return how many of so many pictures a model reads right that reads this share of all pictures.

    It is the binomial bound: a model with that share reads fewer in one of a million samples of the size. A test
    supposes a share well below what any training reaches, whatever the processor, its threads and the seed.
    """
    return int(binom.ppf(MISSED, count, share))
