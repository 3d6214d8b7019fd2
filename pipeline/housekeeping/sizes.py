"""Sizes of folders on disk, counting a file with several names once."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["freed", "size_of", "size_text"]

UNITS = ("kB", "MB", "GB", "TB")
THOUSAND = 1000


def size_of(*paths: Path) -> int:
    """Return the bytes of all files in folders, or of files; links count as nothing, what is gone as 0."""
    return sum({(found.st_dev, found.st_ino): found.st_size for found in _files(paths)}.values())


def freed(paths: Iterable[Path]) -> int:
    """Return the bytes that are freed if these folders or files go: those of files that have no name elsewhere."""
    names: defaultdict[tuple[int, int], int] = defaultdict(int)
    sizes: dict[tuple[int, int], tuple[int, int]] = {}
    for found in _files(paths):
        key = found.st_dev, found.st_ino
        names[key] += 1
        sizes[key] = found.st_size, found.st_nlink
    return sum(size for key, (size, links) in sizes.items() if names[key] >= links)


def size_text(size: int) -> str:
    """Return a number of bytes for people: '12 B', '3.4 MB'."""
    if size < THOUSAND:
        return f"{size} B"
    value = float(size)
    for unit in UNITS:
        value /= THOUSAND
        if value < THOUSAND or unit == UNITS[-1]:
            return f"{value:,.1f} {unit}"
    raise AssertionError


def _files(paths: Iterable[Path]) -> Iterator[os.stat_result]:
    for path in paths:
        if path.is_symlink() or not path.exists():
            continue
        if path.is_dir():
            with os.scandir(path) as entries:
                yield from _files(Path(entry) for entry in entries)
        else:
            yield path.stat()
