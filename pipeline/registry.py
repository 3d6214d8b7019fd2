"""Which bundle is the champion: one relative link, moved atomically."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["champion", "point", "promote"]


def promote(artifacts: Path, bundle: str) -> None:
    """Make a bundle, a path relative to *artifacts*, the champion."""
    point(artifacts / "champion", bundle)


def champion(artifacts: Path) -> str | None:
    """Give the champion's path relative to *artifacts*, or None."""
    try:
        return str((artifacts / "champion").readlink())
    except OSError:
        return None


def point(link: Path, target: str) -> None:
    """Point a symbolic link at a target, in one step for whoever follows it."""
    if link.is_symlink() and str(link.readlink()) == target:
        return
    aside = link.with_name(f".{link.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)
