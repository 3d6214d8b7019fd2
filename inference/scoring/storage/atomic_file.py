"""Files that are there whole or not at all: on this machine, or where Apache Beam's FileSystems reach."""

from __future__ import annotations

import os
import secrets
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apache_beam.io.filesystems import FileSystems

__all__ = ["fetch", "is_remote", "join", "names_in", "place", "remove"]


def is_remote(path: str) -> bool:
    """Tell whether a path names another file system, such as gs://, s3:// or hdfs://."""
    return "://" in path


def join(folder: str, name: str) -> str:
    """Give the path of a file in a folder."""
    return f"{folder.rstrip('/')}/{name}"


def place(path: str, data: bytes) -> None:
    """Write a file aside, and put it into its place by a rename; its folder is made where there is none."""
    folder, _, name = path.rpartition("/")
    aside = join(folder, f".{name}.{secrets.token_hex(4)}")
    if is_remote(path):
        _place_remote(aside, path, data)
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    try:
        Path(aside).write_bytes(data)
        Path(aside).replace(path)
    finally:
        with suppress(OSError):
            Path(aside).unlink()


def fetch(path: str) -> bytes:
    """Read a file."""
    if not is_remote(path):
        return Path(path).read_bytes()
    with _file_systems().open(path, compression_type="uncompressed") as file:
        return file.read()


def names_in(folder: str) -> set[str]:
    """Name the files in a folder; none where it is not there."""
    if not is_remote(folder):
        return set(os.listdir(folder)) if Path(folder).is_dir() else set()
    [found] = _file_systems().match([join(folder, "*")])
    return {each.path.rpartition("/")[2] for each in found.metadata_list}


def remove(path: str) -> None:
    """Remove a file, or a folder with all that is in it; what is not there is no error."""
    if is_remote(path):
        _remove_remote(path)
    elif Path(path).is_dir():
        shutil.rmtree(path)
    else:
        Path(path).unlink(missing_ok=True)


def _place_remote(aside: str, path: str, data: bytes) -> None:
    systems = _file_systems()
    folder = path.rpartition("/")[0]
    with suppress(OSError):  # there already, or of a system without folders
        systems.mkdirs(folder)
    with systems.create(aside, compression_type="uncompressed") as file:
        file.write(data)
    if systems.exists(path):
        systems.delete([path])  # rename replaces nothing on some of them
    systems.rename([aside], [path])


def _remove_remote(path: str) -> None:
    systems = _file_systems()
    [found] = systems.match([join(path, "**")])  # a folder may be nothing but the beginning of names
    for each in ([file.path for file in found.metadata_list], [path]):
        with suppress(OSError):
            systems.delete(each)


def _file_systems() -> type[FileSystems]:
    from apache_beam.io.filesystems import FileSystems

    return FileSystems
