"""Format a probability for people."""

from __future__ import annotations

__all__ = ["percent"]

NEARLY_ONE = 0.9995  # rounds to 100.0 %, a certainty that no model has


def percent(share: float) -> str:
    """Return a probability, 0 to 1, as `12.3 %`; never as 100 %."""
    return ">99.9 %" if share >= NEARLY_ONE else f"{share:.1%}".replace("%", " %")
