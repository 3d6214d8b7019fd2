"""Natural order: numbers by value, 2 before 10."""

from __future__ import annotations

import re

__all__ = ["naturally"]


def naturally(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Return a sort key for natural order: numbers by value, before letters."""
    parts = [part for part in re.split(r"([0-9]+)", name) if part]
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts], name
