"""Check the option --sheet of predict and score."""

from __future__ import annotations

from pathlib import Path

__all__ = ["check_sheet"]


def check_sheet(path: Path) -> None:
    """Raise UsageError unless *path* is a writable place for a PNG."""
    from schemas.errors import UsageError

    if path.suffix.lower() != ".png":
        raise UsageError(f"--sheet {path} does not end in .png", expected="a file ending in .png")
    if not path.parent.is_dir():
        raise UsageError(f"--sheet {path}: there is no such folder", found=str(path.parent), do="create it first")
    if path.is_dir():
        raise UsageError(f"--sheet {path} is a folder", expected="a file ending in .png")
