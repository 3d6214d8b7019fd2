"""List and read the files of a folder on Apache Beam's FileSystems: gs://, s3://, hdfs:// or a custom one."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from inference.files.header import MAX_BYTES
from inference.files.unreadable import UnreadableError
from inference.scoring.storage.atomic_file import join
from inference.scoring.storage.disk import Entry, Listing, why_skipped
from schemas.errors import InputError

if TYPE_CHECKING:
    from apache_beam.io.filesystem import FileMetadata

__all__ = ["Remote"]


@dataclass(frozen=True)
class Remote:
    """A remote folder to score; Beam's extra for its scheme must be installed.

    Attributes:
        root: URL of the folder.
        left_out: URLs to leave out, such as the output.
    """

    root: str
    left_out: tuple[str, ...] = ()

    def names(self, folder: str) -> bool:
        """Return whether a folder is the one to score."""
        return folder.rstrip("/") == self.root

    def walk(self) -> Iterator[Listing]:
        """List all files, folder by folder.

        Raises:
            InputError: the folder does not exist or is empty, or Beam cannot list it.
        """
        from apache_beam.io.filesystems import FileSystems

        try:
            [found] = FileSystems.match([join(self.root, "**")])
        except (OSError, ValueError) as error:
            raise InputError(f"{self.root} cannot be listed", found=str(error)) from error
        if not found.metadata_list:
            raise InputError(f"{self.root} does not exist", found="no files", expected="a folder of pictures")
        start = len(self.root.rstrip("/")) + 1
        files = sorted(
            (os.path.split(each.path[start:]), each) for each in found.metadata_list if not self._is_left_out(each.path)
        )
        for folder, some in groupby(files, key=lambda file: file[0][0]):
            yield Listing(folder.encode(), (_entry(name, each) for (_, name), each in some))

    def _is_left_out(self, path: str) -> bool:
        return any(path == each or path.startswith(f"{each}/") for each in self.left_out)

    @contextmanager
    def open(self, folder: bytes) -> Generator[_Folder]:
        """Open a subfolder to read its files."""
        yield _Folder(join(self.root, folder.decode()) if folder else self.root)


@dataclass(frozen=True)
class _Folder:
    path: str

    def read(self, name: bytes) -> bytes:
        """Return a file's content; raise UnreadableError if it cannot be read or exceeds MAX_BYTES."""
        from apache_beam.io.filesystems import FileSystems

        try:
            with FileSystems.open(join(self.path, name.decode()), compression_type="uncompressed") as file:
                data: bytes = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise UnreadableError(f"cannot be opened: {error}", passing=True) from error
        if len(data) > MAX_BYTES:
            raise UnreadableError(f"more than {MAX_BYTES // 2**20} MiB")
        return data


def _entry(name: str, found: FileMetadata) -> Entry:
    modified = int((found.last_updated_in_seconds or 0) * 1e9)
    return Entry(name.encode(), found.size_in_bytes, modified, why_skipped(name.encode()))
