"""Data outside artifacts/ that settings name: folders and files whose content counts as that of an input does."""

from __future__ import annotations

import json
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from schemas.manifest import digest_of, hash_file
from schemas.settings.config import Config

__all__ = ["missing", "name_of", "read_outside"]

SETTLED = 2_000_000_000  # nanoseconds: a file may change once more within one tick of the clock and keep its time


def read_outside(config: Config, project: Path) -> dict[str, str]:
    """Digest what lies at the paths of fields declared with `json_schema_extra={"data": True}`.

    Hidden files do not count, nor does artifacts/. What has not moved since it was last hashed is not hashed again.

    Args:
        config: its fields, and those of the configs inside it.
        project: folder that names are relative to, where the data lie inside.

    Returns:
        For each folder with files, and each file named by itself, how many files it holds and their digest.
    """
    seen: _Seen | None = None
    digests: dict[str, str] = {}
    for path in _paths(config):
        seen = seen or _Seen(project / "artifacts" / ".data.json")
        for folder, files in _walk(path, project / "artifacts"):
            hashes = [(name_of(file.name), seen.hash(file)) for file in files]
            digests[_name_in(project, folder)] = f"{len(files)} files {digest_of(hashes)}"
    if seen:
        seen.save()
    return digests


def missing(config: Config) -> list[Path]:
    """Give the paths of such fields that lead nowhere."""
    return [path for path in _paths(config) if not path.exists()]


def name_of(path: str | Path) -> str:
    """Give a name as text that every reader takes: bytes that are not UTF-8 are written out."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _paths(config: Config) -> Iterator[Path]:
    for name, info in type(config).model_fields.items():
        value: object = getattr(config, name)
        extra = info.json_schema_extra
        counts = isinstance(extra, dict) and cast("dict[str, object]", extra).get("data")
        for item in cast("list[object]", value) if isinstance(value, list) else [value]:
            if isinstance(item, Config):
                yield from _paths(item)
            elif counts and isinstance(item, Path):
                yield item


def _walk(path: Path, left_out: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Yield every folder from *path* downwards with its files, in order; a file that is named itself is its own."""
    if path.is_file():
        yield path, [path]
        return
    entered: set[str] = set()
    for root, folders, files in os.walk(path, followlinks=True):
        real = os.path.realpath(root)
        if real in entered:
            folders.clear()  # a link back up, or to what is counted already
        folders[:] = sorted(name for name in folders if not name.startswith(".") and Path(root, name) != left_out)
        new = [] if real in entered else [Path(root, name) for name in sorted(files) if not name.startswith(".")]
        if new or not folders:
            yield Path(root), new
        entered.add(real)


def _name_in(project: Path, path: Path) -> str:
    return name_of(path.relative_to(project).as_posix() if path.is_relative_to(project) else path)


class _Seen:
    """The hash of each file by path, size and times; rebuilt where it is lost, never the truth."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._moved = False
        try:
            loaded = json.loads(file.read_bytes())
        except (OSError, ValueError):
            loaded = {}
        self._seen: dict[str, list[int | str]] = loaded if isinstance(loaded, dict) else {}

    def hash(self, path: Path) -> str:
        """Give the sha256 of a file, or a word that says why it has none."""
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                return "no file"
            times: list[int | str] = [found.st_size, found.st_mtime_ns, found.st_ctime_ns]
            known = self._seen.get(str(path), [])
            if known[:3] == times:
                return str(known[3])
            digest = hash_file(path)
        except OSError:
            return "unreadable"
        if found.st_ctime_ns < time.time_ns() - SETTLED:
            self._seen[str(path)] = [*times, digest]
            self._moved = True
        return digest

    def save(self) -> None:
        """Write the cache, if anything in it is new and there is a place for it; whoever writes last wins."""
        if self._moved and self._file.parent.is_dir():
            aside = self._file.with_name(f".data.{os.getpid()}.json")
            aside.write_text(json.dumps(self._seen), encoding="utf-8")
            aside.replace(self._file)
