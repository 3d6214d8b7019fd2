"""Sizes of folders on disk, counting a file with several names once."""

from __future__ import annotations

import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

__all__ = ["freed", "size_of", "size_text"]

UNITS = ("kB", "MB", "GB", "TB")
THOUSAND = 1000


def size_of(*paths: Path) -> int:
    """Return the bytes of all files in folders, or of files; links count as nothing, what is gone as 0."""
    return sum({(found.st_dev, found.st_ino): found.st_size for found in _files(paths)}.values())


def freed(paths: Iterable[str]) -> tuple[int, list[int]]:
    """Return the bytes that are freed if these folders or files go, and the size of each as `size_of` does.

    Freed are those of files that have no name elsewhere. Each file is looked at once.
    """
    names: defaultdict[tuple[int, int], int] = defaultdict(int)
    found: dict[tuple[int, int], os.stat_result] = {}
    sizes: list[int] = []
    for path in paths:
        files = [((each.st_dev, each.st_ino), each) for each in _files([path])]
        sizes.append(sum({key: each.st_size for key, each in files}.values()))
        found |= files
        for key, _ in files:
            names[key] += 1
    return sum(each.st_size for key, each in found.items() if names[key] >= each.st_nlink), sizes


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


def _files(paths: Iterable[Path | str]) -> Iterator[os.stat_result]:
    for path in paths:
        with suppress(OSError):  # it is gone
            found = os.lstat(path)
            if stat.S_ISDIR(found.st_mode):
                yield from _files_below(str(path))
            elif not stat.S_ISLNK(found.st_mode):
                yield found


def _files_below(folder: str) -> Iterator[os.stat_result]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files_below(entry.path)
            elif not entry.is_symlink():
                yield entry.stat()
