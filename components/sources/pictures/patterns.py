"""Take the labels of pictures from their file names."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

__all__ = ["label_in"]


def label_in(path: str, pattern: str) -> str | None:
    """Return the label in a file name: what the pattern's group matches, or None.

    Args:
        path: of the picture; only its name counts.
        pattern: a regular expression with one group, which may begin anywhere in the name.
    """
    found = re.search(pattern, PurePosixPath(path).name)
    return (found[1] or None) if found else None
