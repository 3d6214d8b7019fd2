"""The option --sheet, of predict and score."""

from __future__ import annotations

from pathlib import Path

__all__ = ["check_sheet"]


def check_sheet(path: Path) -> None:
    """Raise UsageError unless a PNG can be written there."""
    from schemas.errors import UsageError

    if path.suffix.lower() != ".png":
        raise UsageError(f"--sheet {path} is not named like a PNG", expected="a file ending in .png")
    if not path.parent.is_dir():
        raise UsageError(f"--sheet {path}: there is no such folder", found=str(path.parent), do="make it first")
    if path.is_dir():
        raise UsageError(f"--sheet {path} is a folder", expected="a file ending in .png")
