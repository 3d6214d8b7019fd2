"""Size and time of every sealed file when it was last hashed, so that what has not moved is not hashed again."""

from __future__ import annotations

import json
import os
from pathlib import Path

from schemas.manifest import Manifest, hash_file, list_files

__all__ = ["SeenFiles"]


class SeenFiles:
    """A cache of (size, mtime_ns) by path; rebuilt where it is lost, never the truth.

    Args:
        artifacts: the folder that the paths are relative to.
    """

    def __init__(self, artifacts: Path) -> None:
        self._artifacts = artifacts
        self._file = artifacts / ".stat.json"
        self._seen: dict[str, list[int]] | None = None
        self._moved = False

    def damage(self, folder: Path, manifest: Manifest) -> str | None:
        """Name the first file of a sealed folder that is not as it was sealed; None if all are.

        A file is hashed only if its size or time is not the one seen when it was last hashed.
        """
        for name, entry in manifest.files.items():
            path = folder / name
            try:
                stat = path.stat()
                if self._is_known(path, stat):
                    continue
                if stat.st_size != entry.size or hash_file(path) != entry.sha256:
                    return name
            except OSError:
                return name
            self._remember(path, stat)
        return next((name for name in list_files(folder) if name not in manifest.files), None)

    def remember(self, folder: Path, manifest: Manifest) -> None:
        """Note the files of a folder that was hashed a moment ago, when it was sealed."""
        for name in manifest.files:
            self._remember(folder / name, (folder / name).stat())

    def save(self) -> None:
        """Write the cache, if anything in it is new; whoever writes last wins."""
        if not self._moved:
            return
        aside = self._file.with_name(f".stat.{os.getpid()}.json")
        aside.write_text(json.dumps(self._seen), encoding="utf-8")
        aside.replace(self._file)
        self._moved = False

    def _is_known(self, path: Path, stat: os.stat_result) -> bool:
        return self._load().get(self._key(path)) == [stat.st_size, stat.st_mtime_ns]

    def _remember(self, path: Path, stat: os.stat_result) -> None:
        self._load()[self._key(path)] = [stat.st_size, stat.st_mtime_ns]
        self._moved = True

    def _key(self, path: Path) -> str:
        return path.relative_to(self._artifacts).as_posix()

    def _load(self) -> dict[str, list[int]]:
        if self._seen is None:
            try:
                loaded = json.loads(self._file.read_bytes())
            except (OSError, ValueError):
                loaded = {}
            self._seen = loaded if isinstance(loaded, dict) else {}
        return self._seen
