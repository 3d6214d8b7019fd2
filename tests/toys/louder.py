"""A module that a stage imports."""

from __future__ import annotations


def louder(text: str) -> str:
    """Return the text in capitals."""
    return text.upper()
