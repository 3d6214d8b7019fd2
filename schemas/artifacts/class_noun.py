"""What the classes of a model are called: digits, or classes."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["noun"]

DIGITS = frozenset("0123456789")


def noun(classes: Iterable[str]) -> str:
    """Return `digit` if every class is one of 0 to 9, else `class`."""
    return "digit" if DIGITS.issuperset(classes) else "class"
