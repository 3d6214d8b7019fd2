"""A probability, as people read it."""

from __future__ import annotations

__all__ = ["percent"]

NEARLY_ONE = 0.9995  # would be shown as 100.0 %, which is never true


def percent(share: float) -> str:
    """Give a probability of 0 to 1 in a few letters: `12.3 %`, and never 100."""
    return ">99.9 %" if share >= NEARLY_ONE else f"{share:.1%}".replace("%", " %")
