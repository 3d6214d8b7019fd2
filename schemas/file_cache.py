"""A cache of values computed from files, kept in one JSON file between processes."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

__all__ = ["TICK", "FileCache"]

TICK = 2_000_000_000  # ns; the coarsest clock of a filesystem in use (FAT) ticks every 2 s


class FileCache:
    """Values by key, each valid while the files it was computed from keep their size, times and inode.

    A lost or damaged cache is rebuilt. Concurrent processes may share it: it is replaced by an atomic rename, and the
    last to save wins. A file that changed within the last tick of the clock could change again and keep its time, so
    its values are not cached; git calls such an entry racily clean.

    Args:
        file: the cache file; nothing is saved if its folder does not exist.
        condition: what else the values depend on, such as Python's version; a cache with another condition is ignored.
        tick: resolution of the file system's clock, in nanoseconds.
    """

    def __init__(self, file: Path, condition: str = "", tick: int = TICK) -> None:
        self._file = file
        self._condition = condition
        self._tick = tick
        self._entries = self._load()
        self._is_new = False

    def get(self, key: str, compute: Callable[[], tuple[Any, Iterable[Path]]]) -> Any:  # noqa: ANN401  (JSON)
        """Return the value of a key, computed if it is unknown or one of its files has changed.

        Args:
            key: the key of the value.
            compute: returns the value, which must be JSON, and the files it was computed from.
        """
        found = self.find(key)
        if found is not None:
            return found
        begun = time.time_ns()
        value, files = compute()
        self.keep(key, value, files, begun)
        return value

    def find(self, key: str) -> Any:  # noqa: ANN401  (JSON)
        """Return the value of a key; None if it is unknown or one of its files has changed."""
        known = self._entries.get(key)
        return known[0] if known and all(_stamp(path) == stamp for path, stamp in known[1].items()) else None

    def keep(self, key: str, value: Any, files: Iterable[Path], begun: int) -> None:  # noqa: ANN401  (JSON)
        """Keep a value computed from files, unless one of them changed within a tick before it was computed.

        Args:
            key: the key of the value.
            value: JSON.
            files: the files.
            begun: when the computation began, in nanoseconds since the epoch.
        """
        stamps = {str(path): _stamp(str(path)) for path in files}
        if all(max(stamp[1:3], default=0) < begun - self._tick for stamp in stamps.values()):
            self._entries[key] = [value, stamps]
            self._is_new = True

    def save(self) -> None:
        """Write the cache if it has new values and its folder exists."""
        if not (self._is_new and self._file.parent.is_dir()):
            return
        self._is_new = False
        temporary = self._file.with_name(f"{self._file.stem}.{os.urandom(8).hex()}.json")
        with suppress(OSError):  # without write access the next process only computes the values again
            try:
                temporary.write_text(json.dumps([self._condition, self._entries]), encoding="utf-8")
                temporary.replace(self._file)
            finally:
                temporary.unlink(missing_ok=True)

    def _load(self) -> dict[str, list[Any]]:
        try:
            condition, entries = json.loads(self._file.read_bytes())
            is_sound = condition == self._condition and all(_is_entry(entry) for entry in entries.values())
        except (OSError, ValueError, TypeError, AttributeError):
            return {}
        return entries if is_sound else {}


def _is_entry(entry: object) -> bool:
    return isinstance(entry, list) and [type(part) for part in cast("list[object]", entry)][1:] == [dict]


def _stamp(path: str) -> list[int]:
    """Return a file's size, times and inode, which change when the file does; empty if there is no file."""
    try:
        found = os.stat(path)  # noqa: PTH116  (a hundred paths a run: pathlib costs more than the call)
    except OSError:
        return []
    return [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
