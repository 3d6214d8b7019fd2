"""Data outside artifacts/ that settings name: folders and files whose content counts as that of an input does."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from schemas.file_cache import FileCache
from schemas.manifest import digest_of, hash_file
from schemas.settings.config import Config

__all__ = ["missing", "name_of", "read_outside"]


def read_outside(config: Config, project: Path) -> dict[str, str]:
    """Digest what lies at the paths of fields declared with `json_schema_extra={"data": True}`, `"folder"` or `"file"`.

    Hidden files do not count, nor does artifacts/. What has not moved since it was last hashed is not hashed again.

    Args:
        config: its fields, and those of the configs inside it.
        project: folder that names are relative to, where the data lie inside.

    Returns:
        For each folder with files, and each file named by itself, how many files it holds and their digest.
    """
    known: FileCache | None = None
    digests: dict[str, str] = {}
    for path, _ in _paths(config):
        known = known or FileCache(project / "artifacts" / ".data.json")
        for folder, files in _walk(path, project / "artifacts"):
            hashes = [(name_of(file.name), _hash(file, known)) for file in files]
            digests[_name_in(project, folder)] = f"{len(files)} files {digest_of(hashes)}"
    if known:
        known.save()
    return digests


def missing(config: Config) -> list[str]:
    """Say which paths of such fields lead nowhere, or to a file where a folder belongs, or the other way round."""
    return [wrong for path, kind in _paths(config) if (wrong := _wrong(path, kind))]


def name_of(path: str | Path) -> str:
    """Return a name as valid text: bytes that are not UTF-8 are escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _wrong(path: Path, kind: str) -> str:
    if not path.exists():
        return f"there is no {path}"
    found = "folder" if path.is_dir() else "file"
    return "" if kind in {"", found} else f"{path} is a {found}, and should be a {kind}"


def _paths(config: Config) -> Iterator[tuple[Path, str]]:
    """Yield the paths of the data that a config names, each with `folder`, `file`, or '' for either."""
    for name, info in type(config).model_fields.items():
        value: object = getattr(config, name)
        extra = info.json_schema_extra
        kind = cast("dict[str, str | bool]", extra).get("data") if isinstance(extra, dict) else None
        for item in cast("list[object]", value) if isinstance(value, list) else [value]:
            if isinstance(item, Config):
                yield from _paths(item)
            elif kind and isinstance(item, Path):
                yield item, kind if isinstance(kind, str) else ""


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


def _hash(path: Path, known: FileCache) -> str:
    """Return the sha256 of a file, or a word that says why it has none."""
    try:
        if not path.is_file():
            return "no file"
        return known.get(str(path), lambda: (hash_file(path), [path]))
    except OSError:
        return "unreadable"
