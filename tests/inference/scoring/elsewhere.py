"""A file system for Beam with its own scheme: test://tmp/x is /tmp/x."""
# ruff: noqa: SLF001  (the methods are Beam's, which has no types)
# pyright: reportIncompatibleMethodOverride=false

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, BinaryIO

from apache_beam.io.filesystem import BeamIOError, FileMetadata, FileSystem
from apache_beam.io.localfilesystem import LocalFileSystem

__all__ = ["Elsewhere", "there"]

SCHEME = "test"


def there(path: Path) -> str:
    """Return the URL of a local file."""
    return f"{SCHEME}:/{path}"


def _here(url: str) -> str:
    return url.removeprefix(f"{SCHEME}:/")


class Elsewhere(LocalFileSystem):
    """Local files under another scheme and, like in object stores, without folders."""

    @classmethod
    def scheme(cls) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the scheme."""
        return SCHEME

    def has_dirs(self) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return False: there are no folders."""
        return False

    def join(self, basepath: str, *paths: str) -> str:
        """Join names."""
        return "/".join([basepath.rstrip("/"), *paths])

    def split(self, path: str) -> tuple[str, str]:
        """Split off the last name."""
        head, _, tail = path.rpartition("/")
        return head, tail

    def mkdirs(self, path: str) -> None:
        """Refuse to make a folder."""
        raise BeamIOError(f"{path}: there are no folders")

    def _url_dirname(self, url_or_path: str) -> str:
        return FileSystem._url_dirname(self, url_or_path)  # pyright: ignore[reportPrivateUsage]

    def _list(self, dir_or_prefix: str) -> Generator[FileMetadata]:
        prefix = _here(dir_or_prefix)
        for folder, _, names in os.walk(Path(prefix).parent):
            for path in (Path(folder, name) for name in names):
                if str(path).startswith(prefix):
                    found = path.stat()
                    yield FileMetadata(there(path), found.st_size, found.st_mtime)

    def create(self, path: str, *arguments: Any, **options: Any) -> BinaryIO:  # noqa: ANN401
        """Open a file for writing."""
        return super().create(_here(path), *arguments, **options)

    def open(self, path: str, *arguments: Any, **options: Any) -> BinaryIO:  # noqa: ANN401
        """Open a file for reading."""
        return super().open(_here(path), *arguments, **options)

    def rename(self, source_file_names: list[str], destination_file_names: list[str]) -> None:
        """Rename files to names that do not exist yet."""
        for source, target in zip(source_file_names, destination_file_names, strict=True):
            if Path(_here(target)).exists():
                raise BeamIOError(f"{target} is there")
            Path(_here(source)).rename(_here(target))

    def exists(self, path: str) -> bool:
        """Return whether a file exists."""
        return Path(_here(path)).is_file()

    def delete(self, paths: list[str]) -> None:
        """Delete existing files."""
        for path in paths:
            if not self.exists(path):
                raise BeamIOError(f"{path} is not there")
            Path(_here(path)).unlink()
