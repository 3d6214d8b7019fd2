"""Find what `score` is asked to read: folders, pictures, globs, lists of them, an archive or a URL."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from inference.scoring.storage.disk import Disk
    from inference.scoring.storage.remote import Remote

__all__ = ["find_pictures", "is_archive", "name_pictures", "opened", "split_arguments"]

ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tar.xz")
BOM = b"\xef\xbb\xbf"


def split_arguments(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Split what follows `score` into what to read and Beam's options: all from the first that begins with a dash."""
    at = next((i for i, each in enumerate(arguments) if each.startswith("-")), len(arguments))
    return arguments[:at], arguments[at:]


def find_pictures(paths: list[str], files: str | None) -> list[str]:
    """Return the paths to read, globs expanded and lists read.

    Args:
        paths: as they are on the command line.
        files: a file with a path on each line, or separated by NUL; `-` is standard input; None for no list.

    Raises:
        UsageError: nothing is named, or something that must be read by itself is named together with others.
        InputError: a path does not exist, or a glob matches nothing.
    """
    if not paths and files is None:
        raise UsageError("there is nothing to score", expected="FOLDER, pictures, or --files", do="digits score FOLDER")
    found = [each for path in paths for each in _expanded(path)]
    alone = next((each for each in found if "://" in each or is_archive(each)), None)
    if alone and (len(found) > 1 or files is not None):
        kind = "a URL" if "://" in alone else "an archive"
        raise UsageError(
            f"{kind} is scored by itself",
            found=f"{alone} and others",
            do=f"digits score {shlex.quote(alone)} --out {shlex.quote(Path(alone).stem)}.parquet",
        )
    return found + (_read_list(files) if files is not None else [])


def _expanded(path: str) -> list[str]:
    """Return a path, or what matches it if it is a glob that the shell has not expanded."""
    import glob

    if "://" in path or os.path.lexists(path):
        return [path]
    if not glob.has_magic(path):
        raise InputError(f"{path} does not exist", expected="a folder, a picture, a zip or a tar")
    found = sorted(glob.glob(path, recursive=True))  # noqa: PTH207  (relative and absolute ones, as in a shell)
    if not found:
        raise InputError(f"nothing matches {path}", expected="a glob such as 'scans/*.png'; ** matches any folders")
    return found


def _read_list(files: str) -> list[str]:
    if files == "-":
        with open(0, "rb", closefd=False) as stream:
            data = stream.read()
    elif Path(files).is_file():
        data = Path(files).read_bytes()
    else:
        raise InputError(
            f"--files {files} is no file", expected="a file with a path on each line, or - for standard input"
        )
    lines = data.split(b"\0") if b"\0" in data else data.removeprefix(BOM).splitlines()
    return [os.fsdecode(line) for line in lines if line]


def is_archive(path: str) -> bool:
    """Return whether a path is a zip or tar by its name or, if it is not named like a picture, by its content."""
    import tarfile
    import zipfile

    from inference.files.extensions import has_picture_extension

    if not Path(path).is_file() or has_picture_extension(os.fsencode(path)):
        return False
    return path.lower().endswith(ARCHIVES) or zipfile.is_zipfile(path) or tarfile.is_tarfile(path)


def name_pictures(paths: list[str]) -> str:
    """Return a name for what is read: of the only path its last part."""
    if len(paths) == 1:
        return paths[0].rstrip("/").rpartition("/")[2] or paths[0]
    return f"{len(paths):,} paths"


@contextmanager
def opened(paths: list[str], output: Iterable[str], *, follow: bool) -> Generator[Disk | Remote]:
    """Yield the source of the pictures; an archive is unpacked, and removed at the end.

    Args:
        paths: as `find_pictures` returns them.
        output: what not to read.
        follow: whether to follow links.

    Raises:
        InputError: the archive is damaged or unsafe.
    """
    from inference.scoring.storage.disk import Disk
    from inference.scoring.storage.remote import Remote
    from inference.scoring.storage.selection import Selection

    only = paths[0] if len(paths) == 1 else ""
    if "://" in only:
        yield Remote(only.rstrip("/"), tuple(output))
    elif Path(only or os.devnull).is_dir():
        yield Disk.at(only, output, follow=follow)
    elif is_archive(only):
        from components.sources.pictures.archive import unpacked

        print(f"unpacking {only}", file=sys.stderr)
        with unpacked(Path(only)) as folder:
            yield Disk.at(folder)
    else:
        yield Selection.of(paths, output, follow=follow)
