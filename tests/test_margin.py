"""The margin that chance leaves."""

from __future__ import annotations

from math import comb

from tests.margin import MISSED, at_least


def test_a_model_as_good_as_supposed_fails_once_in_a_million() -> None:
    """Of 100 pictures, half of which it should read, it reads fewer less often than that, and as few more often."""
    bound = at_least(0.5, 100)
    fewer, as_many = (sum(comb(100, right) for right in range(end)) / 2**100 for end in (bound, bound + 1))
    assert fewer < MISSED <= as_many
