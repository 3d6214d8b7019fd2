"""Bundles from elsewhere, named as a user names one whose digest the sender has stated."""

from __future__ import annotations

from pathlib import Path

from inference.model.pinned import pin
from schemas.artifacts.bundle import Bundle

__all__ = ["pinned"]


def pinned(folder: Path) -> str:
    """Return FOLDER@DIGEST of a bundle."""
    return pin(folder, Bundle(folder).digest)
