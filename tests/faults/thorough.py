"""How much damage the tests do: enough for each change, or as much as the store promises to withstand."""

from __future__ import annotations

import os

__all__ = ["often"]

THOROUGH = bool(os.environ.get("DIGITS_TEST_THOROUGH"))


def often(usually: int, thoroughly: int) -> int:
    """Return how often a test does something: *thoroughly* if DIGITS_TEST_THOROUGH is set."""
    return thoroughly if THOROUGH else usually
