"""Cache of the size and time of sealed files, so that unchanged files are not hashed again."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from stat import S_ISLNK

from schemas.manifest import Manifest, hash_file, list_files

__all__ = ["StatCache"]


class StatCache:
    """A cache of (size, mtime_ns) by path. It can be deleted at any time: it is rebuilt.

    Args:
        artifacts: the folder that holds the cache; paths are relative to it.
    """

    def __init__(self, artifacts: Path) -> None:
        self._artifacts = artifacts
        self._file = artifacts / ".stat.json"
        self._entries: dict[str, list[int]] | None = None
        self._is_changed = False

    def damage(self, folder: Path, manifest: Manifest) -> str | None:
        """Return the first file of a sealed folder that is changed, missing or unexpected; None if all are intact.

        A file is hashed only if its size or time has changed since it was last hashed.
        """
        for name, entry in manifest.files.items():
            path = folder / name
            try:
                stat = path.lstat()  # what a link leads to could change later: its size and hash are others
                if self._is_known(path, stat):
                    continue
                if S_ISLNK(stat.st_mode) or stat.st_size != entry.size or hash_file(path) != entry.sha256:
                    return name
            except OSError:
                return name
            self._remember(path, stat)
        return next((name for name in list_files(folder) if name not in manifest.files), None)

    def remember(self, folder: Path, manifest: Manifest) -> None:
        """Add the files of a folder that was just sealed, and so just hashed."""
        for name in manifest.files:
            self._remember(folder / name, (folder / name).stat())

    def save(self) -> None:
        """Write the cache if it changed. Of concurrent processes the last to save wins."""
        if not self._is_changed:
            return
        temporary = self._file.with_name(f".stat.{os.getpid()}.json")
        with suppress(OSError):  # without space or write access the next process only hashes the files again
            try:
                temporary.write_text(json.dumps(self._entries), encoding="utf-8")
                temporary.replace(self._file)
            finally:
                temporary.unlink(missing_ok=True)
        self._is_changed = False

    def _is_known(self, path: Path, stat: os.stat_result) -> bool:
        return self._load().get(self._key(path)) == [stat.st_size, stat.st_mtime_ns]

    def _remember(self, path: Path, stat: os.stat_result) -> None:
        self._load()[self._key(path)] = [stat.st_size, stat.st_mtime_ns]
        self._is_changed = True

    def _key(self, path: Path) -> str:
        return path.relative_to(self._artifacts).as_posix()

    def _load(self) -> dict[str, list[int]]:
        if self._entries is None:
            try:
                loaded = json.loads(self._file.read_bytes())
            except (OSError, ValueError):
                loaded = {}
            self._entries = loaded if isinstance(loaded, dict) else {}
        return self._entries
