"""Unpack a zip or tar archive of pictures safely: nothing leaves its folder, and nothing fills the disk."""

from __future__ import annotations

import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from schemas.errors import InputError

__all__ = ["unpacked"]

LARGEST = 64 * 2**20  # bytes of one file; of a larger one, which no reader takes, only the size is unpacked
MOST = 8 * 2**30  # bytes of all files
COUNT = 2_000_000  # files
CHUNK = 2**20  # bytes copied at once
LEFT_OUT = ("__MACOSX",)  # what macOS adds to an archive
DAMAGED = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    RuntimeError,
    NotImplementedError,
)


@dataclass(frozen=True)
class _Member:
    """A file in an archive.

    Attributes:
        name: its path.
        size: bytes.
        plain: whether it is a plain file.
        stamp: changes with its content: the checksum in a zip, the time in a tar.
        open: opens it.
    """

    name: str
    size: int
    plain: bool
    stamp: int
    open: Callable[[], IO[bytes]]


@contextmanager
def unpacked(path: Path) -> Generator[Path]:
    """Unpack an archive into a folder that is removed at the end, and yield the folder of the pictures in it.

    If the archive holds a single folder, that folder is yielded. The files have the sizes and times that the archive
    records, so that a stopped `score` resumes.

    Args:
        path: a zip, or a tar that is compressed or not.

    Raises:
        InputError: the file is no archive, is damaged or encrypted, or holds a link, a device, a path outside itself,
            or too much.
    """
    with TemporaryDirectory(prefix="digits-") as place:
        root = Path(place, path.name)
        root.mkdir()
        try:
            _unpack(path, root)
        except (*DAMAGED, OSError) as error:
            raise InputError(
                f"{path} cannot be unpacked", found=str(error) or type(error).__name__, expected="an intact zip or tar"
            ) from error
        try:
            yield _top(root)
        except InputError as error:
            raise _renamed(error, root, path) from error


def _unpack(path: Path, root: Path) -> None:
    with _opened(path) as archive:
        total = count = 0
        for member in _members(archive):
            _check(path, member)
            total, count = total + member.size, count + 1
            if total > MOST or count > COUNT:
                raise InputError(f"{path} holds too much", expected=f"at most {MOST // 2**30} GiB in {COUNT:,} files")
            if LEFT_OUT[0] in PurePosixPath(member.name).parts:
                continue
            target = root / member.name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                if member.size > LARGEST:
                    file.truncate(member.size)  # a hole, which takes no room
                else:
                    with member.open() as source:
                        _copy(source, file, member.size)
            os.utime(target, (member.stamp, member.stamp))


def _opened(path: Path) -> zipfile.ZipFile | tarfile.TarFile:
    return zipfile.ZipFile(path) if zipfile.is_zipfile(path) else tarfile.open(path)


def _members(archive: zipfile.ZipFile | tarfile.TarFile) -> Iterator[_Member]:
    """Yield all members but folders."""
    if isinstance(archive, zipfile.ZipFile):
        for info in archive.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            if not info.is_dir():
                is_plain = kind in {0, stat.S_IFREG}
                yield _Member(info.filename, info.file_size, is_plain, info.CRC, partial(archive.open, info))
    else:
        for info in archive:
            if not info.isdir():
                stamp = int(info.mtime) % 2**32
                yield _Member(info.name, info.size, info.isreg(), stamp, partial(_extracted, archive, info))


def _extracted(archive: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    file = archive.extractfile(info)
    if file is None:
        raise tarfile.ReadError(f"{info.name} cannot be read")
    return file


def _check(path: Path, member: _Member) -> None:
    name = PurePosixPath(member.name.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or "\0" in member.name or not name.parts:
        raise InputError(
            f"{path} holds a path that leads out of it", found=member.name, expected="paths below its own top"
        )
    if not member.plain:
        raise InputError(
            f"{path} holds a link or a device",
            found=member.name,
            expected="files and folders only",
            do="pack the files",
        )


def _copy(source: IO[bytes], target: IO[bytes], size: int) -> None:
    """Copy a file that is said to have *size* bytes, and no more."""
    left = size
    while data := source.read(CHUNK):
        left -= len(data)
        if left < 0:
            raise zipfile.BadZipFile("a file is longer than the archive says")
        target.write(data)


def _top(root: Path) -> Path:
    """Return the folder with the pictures: below the only folder of a folder, as long as there is nothing beside it."""
    inside = list(root.iterdir())
    if len(inside) == 1 and inside[0].is_dir() and any(each.is_dir() for each in inside[0].iterdir()):
        return _top(inside[0])
    return root


def _renamed(error: InputError, root: Path, path: Path) -> InputError:
    """Return an error about a file in the temporary folder as one about a file in the archive."""
    old, new = str(root), str(path)
    return InputError(
        error.headline.replace(old, new),
        found=error.found.replace(old, new),
        expected=error.expected.replace(old, new),
        do=error.do.replace(old, new),
    )
