"""Data outside artifacts/ that settings name, whose content is part of the fingerprint like that of an input."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from schemas.file_cache import FileCache
from schemas.manifest import digest_of, hash_file

__all__ = ["digest_external_data", "missing", "name_of"]


def digest_external_data(paths: Iterable[Path], project: Path) -> dict[str, str]:
    """Digest the files at the paths of settings declared with `"data"` in `json_schema_extra` (see Config).

    Hidden files and artifacts/ are left out. Files that have not changed since they were last hashed are not hashed
    again.

    Args:
        paths: of data, as Config.data_paths yields them.
        project: the project folder; names of data inside it are relative to it.

    Returns:
        The number of files and their digest, as text, for each folder with files and each file that a setting names.
    """
    known: FileCache | None = None
    digests: dict[str, str] = {}
    for path in paths:
        known = known or FileCache(project / "artifacts" / ".data.json")
        for folder, files in _walk(path, project / "artifacts"):
            hashes = [(name_of(file.name), _hash(file, known)) for file in files]
            digests[_name_in(project, folder)] = f"{len(files)} files {digest_of(hashes)}"
    if known:
        known.save()
    return digests


def missing(data: Iterable[tuple[Path, str]]) -> list[str]:
    """Describe each path of data that does not exist, or is a file instead of a folder or vice versa.

    Args:
        data: paths, each with `folder`, `file`, or '' for either.
    """
    return [problem for path, kind in data if (problem := _problem(path, kind))]


def name_of(path: str | Path) -> str:
    """Return a name as valid Unicode: bytes that are not UTF-8 are backslash-escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _problem(path: Path, kind: str) -> str:
    if not path.exists():
        return f"there is no {path}"
    found = "folder" if path.is_dir() else "file"
    return "" if kind in {"", found} else f"{path} is a {found}, not a {kind}"


def _walk(path: Path, excluded: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Yield every folder at or below *path* with its files, sorted; a file yields itself."""
    if path.is_file():
        yield path, [path]
        return
    visited: set[str] = set()
    for root, folders, files in os.walk(path, followlinks=True):
        real = os.path.realpath(root)
        if real in visited:
            folders.clear()  # a link to a folder above, or to one already visited
        folders[:] = sorted(name for name in folders if not name.startswith(".") and Path(root, name) != excluded)
        new = [] if real in visited else [Path(root, name) for name in sorted(files) if not name.startswith(".")]
        if new or not folders:
            yield Path(root), new
        visited.add(real)


def _name_in(project: Path, path: Path) -> str:
    return name_of(path.relative_to(project).as_posix() if path.is_relative_to(project) else path)


def _hash(path: Path, known: FileCache) -> str:
    """Return the sha256 of a file, or why it has none: 'no file' or 'unreadable'."""
    try:
        if not path.is_file():
            return "no file"
        return known.get(str(path), lambda: (hash_file(path), [path]))
    except OSError:
        return "unreadable"
