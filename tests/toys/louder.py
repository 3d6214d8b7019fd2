"""A module that a stage uses."""

from __future__ import annotations


def louder(text: str) -> str:
    """Give the text in capitals."""
    return text.upper()
