"""Atomic files, complete or absent, on local disk or Apache Beam's FileSystems."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.manifest import rename

if TYPE_CHECKING:
    from apache_beam.io.filesystems import FileSystems

__all__ = ["is_remote", "join", "list_names", "read_file", "remove", "write_atomically"]


def is_remote(path: str) -> bool:
    """Return whether a path is on a remote file system, such as gs://, s3:// or hdfs://."""
    return "://" in path


def join(folder: str, name: str) -> str:
    """Return the path of a file in a folder."""
    return f"{folder.rstrip('/')}/{name}"


def write_atomically(path: str, data: bytes) -> None:
    """Write a temporary file and rename it to *path*; create the folder if needed."""
    folder, _, name = path.rpartition("/")
    temporary = join(folder, f".{name}.{secrets.token_hex(4)}")
    if is_remote(path):
        _write_remote(temporary, path, data)
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    try:
        Path(temporary).write_bytes(data)
        rename(Path(temporary), Path(path))
    finally:
        with suppress(OSError):
            Path(temporary).unlink()


def read_file(path: str) -> bytes:
    """Return the content of a file."""
    if not is_remote(path):
        return Path(path).read_bytes()
    with _file_systems().open(path, compression_type="uncompressed") as file:
        return file.read()


def list_names(folder: str) -> set[str]:
    """Return the names of the files in a folder; none if the folder does not exist."""
    if not is_remote(folder):
        return set(os.listdir(folder)) if Path(folder).is_dir() else set()
    [found] = _file_systems().match([join(folder, "*")])
    return {each.path.rpartition("/")[2] for each in found.metadata_list}


def remove(path: str) -> None:
    """Remove a file, or a folder with its content; a missing path is not an error."""
    if is_remote(path):
        _remove_remote(path)
    elif Path(path).is_dir():
        shutil.rmtree(path)
    else:
        Path(path).unlink(missing_ok=True)


def _write_remote(temporary: str, path: str, data: bytes) -> None:
    systems = _file_systems()
    folder = path.rpartition("/")[0]
    with suppress(OSError):  # it exists, or the file system has no folders
        systems.mkdirs(folder)
    with systems.create(temporary, compression_type="uncompressed") as file:
        file.write(data)
    if systems.exists(path):
        systems.delete([path])  # on some file systems, rename does not replace
    systems.rename([temporary], [path])


def _remove_remote(path: str) -> None:
    systems = _file_systems()
    [found] = systems.match([join(path, "**")])  # a folder may be only a prefix of names
    for each in ([file.path for file in found.metadata_list], [path]):
        with suppress(OSError):
            systems.delete(each)


def _file_systems() -> type[FileSystems]:
    from apache_beam.io.filesystems import FileSystems

    return FileSystems
