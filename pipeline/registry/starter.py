"""The starter model: the bundle that is shipped with `digits`, so that pictures can be read before any training."""

from __future__ import annotations

from pathlib import Path

from schemas.manifest import MANIFEST

__all__ = ["STANDING", "STARTER", "find_starter"]

STARTER = Path(__file__).parents[2] / "inference" / "starter"
STANDING = "the starter model that is shipped with digits; digits run makes one of your own"


def find_starter() -> Path | None:
    """Return the folder of the starter model; None in an installation without one."""
    return STARTER if (STARTER / MANIFEST).is_file() else None
