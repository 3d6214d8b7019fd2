"""List and read the files of a local folder without ever blocking on one."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from inference.files.extensions import has_extension, has_picture_extension
from inference.files.header import MAX_BYTES
from inference.files.unreadable import UnreadableError

__all__ = ["LINK", "Disk", "Entry", "Folder", "Listing", "why_skipped"]

KINDS = {stat.S_IFIFO: "a FIFO", stat.S_IFSOCK: "a socket", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device"}
CHUNK = 65536  # bytes of the first read
LINK = "a link: read with --follow"


class Entry(NamedTuple):
    """A listed file.

    Attributes:
        name: within its folder.
        size: bytes.
        modified: modification time, in nanoseconds since the epoch.
        skipped: why the file is skipped; empty if it is read.
    """

    name: bytes
    size: int
    modified: int
    skipped: str = ""


class Listing(NamedTuple):
    """The files of one folder, sorted by name; the folder is relative to the scored one and empty for that itself."""

    folder: bytes
    entries: Iterator[Entry]


@dataclass(frozen=True)
class Disk:
    """A local folder to score.

    Attributes:
        root: absolute path of the folder.
        follow: whether to follow links, to files and into folders not visited yet.
        left_out: real paths to leave out, such as the output.
    """

    root: str
    follow: bool = False
    left_out: tuple[str, ...] = ()

    @staticmethod
    def at(folder: Path | str, output: Iterable[str] = (), *, follow: bool = False) -> Disk:
        """Return a folder with everything below it, except the output."""
        real = (f"{os.path.realpath(os.path.dirname(path))}/{os.path.basename(path)}" for path in output)
        return Disk(os.path.abspath(folder), follow, tuple(real))

    def names(self, folder: str) -> bool:
        """Return whether a folder is the one to score."""
        return os.path.realpath(folder) == os.path.realpath(self.root)

    def walk(self) -> Iterator[Listing]:
        """Yield the files folder by folder, sorted by name, each folder before its subfolders."""
        return self._walk([b""], set())

    def _walk(self, folders: list[bytes], listed: set[bytes]) -> Iterator[Listing]:
        """Walk through folders that are not in *listed*, and add each to it."""
        entered: set[tuple[int, int]] = set()
        pending = folders[::-1]
        while pending:
            folder = pending.pop()
            if folder in listed:
                continue
            listed.add(folder)
            path = os.path.join(os.fsencode(self.root), folder)
            try:
                if self.follow and not _is_new(path, entered):
                    continue
                names, inner = self._list(path)
            except OSError:  # list the folder as a file: reading it will say why it fails
                yield Listing(os.path.dirname(folder), iter([Entry(os.path.basename(folder) or b".", 0, 0)]))
                continue
            yield Listing(folder, self._stat_all(folder, names))
            pending += [os.path.join(folder, name) for name in reversed(inner)]

    def _list(self, path: bytes) -> tuple[list[bytes], list[bytes]]:
        """Return the names in a folder to account for, and the names of the subfolders to visit."""
        names: list[bytes] = []
        inner: list[bytes] = []
        here = os.path.realpath(os.fsdecode(path)) if self.left_out else ""
        left_out = {os.fsencode(os.path.basename(each)) for each in self.left_out if os.path.dirname(each) == here}
        with os.scandir(path) as found:
            for entry in found:
                if entry.name in left_out:
                    continue
                if self._is_folder(entry):
                    inner.append(entry.name)
                    if has_picture_extension(entry.name):
                        names.append(entry.name)
                else:
                    names.append(entry.name)
        names.sort()
        inner.sort()
        return names, inner

    def _is_folder(self, entry: os.DirEntry[bytes]) -> bool:
        try:
            return entry.is_dir(follow_symlinks=self.follow)
        except OSError:  # a loop of links
            return False

    def _stat_all(self, folder: bytes, names: list[bytes]) -> Iterator[Entry]:
        """Stat each file without opening it; if the folder is gone, reading its files will say so."""
        try:
            descriptor = self._open(folder)
        except OSError:
            yield from (Entry(name, 0, 0, why_skipped(name)) for name in names)
            return
        try:
            for name in names:
                yield self._entry(descriptor, name)
        finally:
            os.close(descriptor)

    def _open(self, folder: bytes) -> int:
        """Open a subfolder; unless links are followed, refuse a link that replaced it."""
        path = os.path.join(os.fsencode(self.root), folder)
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | (0 if self.follow or not folder else os.O_NOFOLLOW))

    def _entry(self, folder: int, name: bytes) -> Entry:
        try:
            found = os.stat(name, dir_fd=folder, follow_symlinks=self.follow)
        except OSError:  # reading it will say why
            return Entry(name, 0, 0, why_skipped(name))
        return Entry(name, found.st_size, found.st_mtime_ns, _why_not_opened(found.st_mode) or why_skipped(name))

    @contextmanager
    def open(self, folder: bytes) -> Generator[Folder]:
        """Open a subfolder to read its files; if it is gone, each read raises UnreadableError."""
        try:
            descriptor = self._open(folder)
        except OSError as error:
            yield _Gone(_read_error(error, follow=self.follow))
            return
        try:
            yield _Folder(descriptor, follow=self.follow)
        finally:
            os.close(descriptor)


class Folder(Protocol):
    """An open folder."""

    def read(self, name: bytes) -> bytes:
        """Return a file's content; raise UnreadableError if it cannot be read."""
        ...


class _Gone:
    """A folder that can no longer be opened."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def read(self, name: bytes) -> bytes:  # noqa: ARG002  (no file of it can be read)
        """Raise the error that the folder raised."""
        raise UnreadableError(self._reason, passing=True)


class _Folder:
    """An open local folder."""

    def __init__(self, descriptor: int, *, follow: bool) -> None:
        self._folder = descriptor
        self._follow = follow
        # O_NONBLOCK: a FIFO that replaced a picture must not block the read.
        self._flags = os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)

    def read(self, name: bytes) -> bytes:
        """Return a file's content; raise UnreadableError if it cannot be read or exceeds MAX_BYTES."""
        try:
            file = os.open(name, self._flags, dir_fd=self._folder)
            try:
                data = os.read(file, CHUNK)
                return data if len(data) < CHUNK else self._read_rest(file, data)
            finally:
                os.close(file)
        except OSError as error:
            raise UnreadableError(_read_error(error, follow=self._follow), passing=True) from error

    @staticmethod
    def _read_rest(file: int, data: bytes) -> bytes:
        parts, total = [data], len(data)
        while total <= MAX_BYTES and (data := os.read(file, CHUNK * 16)):
            parts.append(data)
            total += len(data)
        if total > MAX_BYTES:
            raise UnreadableError(f"more than {MAX_BYTES // 2**20} MiB")
        return b"".join(parts)


def why_skipped(name: bytes) -> str:
    """Return why a file's name rules it out; '' if it has a picture extension or no extension at all."""
    if name.startswith(b"."):
        return "hidden"
    return "" if has_picture_extension(name) or not has_extension(name) else "not named like a picture"


def _read_error(error: OSError, *, follow: bool) -> str:
    """Return why a listed file cannot be read."""
    if error.errno == errno.ENOENT:
        return "gone, or a dangling link" if follow else "not there, or gone since it was listed"
    if error.errno == errno.ELOOP:
        return "a loop of links" if follow else "a link since it was listed"
    return (error.strerror or "input or output error").lower()


def _why_not_opened(mode: int) -> str:
    if stat.S_ISREG(mode):
        return ""
    if stat.S_ISLNK(mode):
        return LINK
    return "a folder" if stat.S_ISDIR(mode) else KINDS.get(stat.S_IFMT(mode), "no file")


def _is_new(folder: bytes, entered: set[tuple[int, int]]) -> bool:
    """Return whether a folder has not been visited yet under any name, and record the visit."""
    found = os.stat(folder)
    identity = found.st_dev, found.st_ino
    new = identity not in entered
    entered.add(identity)
    return new
