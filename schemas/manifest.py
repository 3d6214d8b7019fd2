"""The manifest of an artifact: its type, the hash of each file, and the content digest."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath

from schemas.document import Document
from schemas.errors import InputError
from schemas.record import Record

__all__ = ["FileEntry", "Manifest", "digest_of", "hash_file", "registered"]

MANIFEST = "manifest.json"
INCIDENTAL = "incidental/"


class FileEntry(Record):
    """One file of an artifact, as sealed."""

    sha256: str
    """Hexadecimal."""
    size: int
    """Bytes."""


class Manifest(Document):
    """The content of manifest.json, which is written last: a folder without one is not an artifact."""

    type: str
    content: str
    files: dict[str, FileEntry]
    note: str = ""
    """A note for readers, the same for all artifacts of this type."""

    def __post_init__(self) -> None:
        """Refuse names of files that lead out of the folder, or that no file of an artifact has."""
        for name in self.files:
            if not name or "\0" in name or name == MANIFEST or {"", ".", ".."}.intersection(name.split("/")):
                raise ValueError(f"{name!r} is no name of a file of an artifact")

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """Return the manifest of a folder, or None if it is missing or invalid; raises InputError if it is too new."""
        try:
            return cls.load(folder / MANIFEST)
        except (OSError, ValueError):
            return None

    def damage(self, folder: Path) -> Iterator[str]:
        """Hash every file and yield the names of those that changed, are missing or were added since sealing.

        A link counts as changed: what it leads to could change later.
        """
        for name, entry in self.files.items():
            try:
                if (folder / name).is_symlink() or hash_file(folder / name) != entry.sha256:
                    yield name
            except OSError:
                yield name
        yield from (name for name in list_files(folder) if name not in self.files)


def list_files(folder: Path) -> list[str]:
    """Return the files and links below a folder, except the manifest, as sorted POSIX paths."""
    return sorted(name for name in _names(str(folder), "") if name != MANIFEST)


def _names(folder: str, above: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _names(entry.path, f"{above}{entry.name}/")
            elif entry.is_symlink() or entry.is_file():
                yield above + entry.name


def hash_files(folder: Path) -> dict[str, FileEntry]:
    """Hash every file below a folder, except the manifest."""
    return {
        name: FileEntry(sha256=hash_file(folder / name), size=(folder / name).stat().st_size)
        for name in list_files(folder)
    }


def hash_file(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def registered(folder: Path, name: str) -> Path:
    """Return the path of a sealed file after comparing it with its hash, so that no parser opens anything else.

    Raises:
        InputError: there is no manifest, it does not list the file, or the file is another one.
    """
    manifest, path = Manifest.read(folder), folder / name
    entry = manifest.files.get(name) if manifest else None
    if entry is None or path.is_symlink() or not path.is_file() or hash_file(path) != entry.sha256:
        found = "another content than it was sealed with" if entry else "no manifest that lists it"
        raise InputError(f"{path} is not opened", found=found, expected="a sealed file", do="digits verify")
    return path


def digest_of(value: object) -> str:
    """Return the sha256 of a JSON value in hexadecimal, independent of the order of keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(files: Mapping[str, FileEntry]) -> str:
    """Return the default content digest: that of the sorted (path, sha256) of all files outside incidental/."""
    return digest_of(sorted((name, entry.sha256) for name, entry in files.items() if not name.startswith(INCIDENTAL)))


def seal(folder: Path, manifest: Manifest) -> None:
    """Make the files of a folder read-only and durable (fsync), and write its manifest last."""
    for name in manifest.files:
        path = folder / name
        path.chmod(0o444)
        fsync(path)
    path = folder / MANIFEST
    with naming(path):
        path.write_text(manifest.to_document(), encoding="utf-8")
    path.chmod(0o444)
    fsync(path)
    for parent in {folder, *(folder / above for name in manifest.files for above in PurePath(name).parents)}:
        fsync(parent)


def write_atomically(path: Path, text: str) -> None:
    """Write a file by rename, so that readers see either the old or the new content."""
    with drafted(path) as draft:
        draft.write_text(text, encoding="utf-8")


@contextmanager
def drafted(path: Path) -> Generator[Path]:
    """Yield the name of a draft beside a file; it takes the file's place, on disk before this ends, or is removed.

    Raises:
        OSError: it cannot be written; the error names the file.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with naming(path):
            yield draft
            move_into_place(draft, path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


@contextmanager
def naming(path: Path) -> Generator[None]:
    """Name a file or a folder in the errors of writing it, to which Python gives no name."""
    try:
        yield
    except OSError as error:
        if error.errno and not error.filename:
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def move_into_place(draft: Path, path: Path) -> None:
    """Rename a file that is written to its own name, its content on disk before, the name before this returns."""
    fsync(draft)
    rename(draft, path)
    fsync(path.parent)


def rename(old: Path, new: Path) -> None:
    """Rename a file, a link or a folder, in the place of a file or a link that has the new name.

    A file server whose first answer was lost carries out the same request again, and reports that the old name does
    not exist: the new one is then looked at.

    Raises:
        OSError: it still has the old name.
    """
    moved = old.lstat()
    try:
        old.replace(new)
    except OSError:
        if os.path.lexists(old) or not (os.path.lexists(new) and os.path.samestat(new.lstat(), moved)):
            raise


def copy_folder(source: Path, target: Path) -> None:
    """Copy a folder of files into a new one; an error names the file that cannot be written."""
    target.mkdir(parents=True)
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir()
            continue
        try:
            shutil.copyfile(path, place)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(place)) from None


def make_folder(folder: Path) -> None:
    """Make a folder and those above it that are missing, on disk before this returns."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        fsync(folder.parent)


def replace_link(link: Path, target: str) -> None:
    """Point a symbolic link at a target, atomically; a power failure may undo that until its folder is flushed."""
    if link.is_symlink() and str(link.readlink()) == target:
        return
    draft = link.with_name(f".{link.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    try:
        draft.symlink_to(target)
    except OSError as error:  # Python names what the link would lead to
        raise OSError(error.errno, error.strerror, str(link)) from None
    rename(draft, link)


def fsync(path: Path) -> None:
    """Flush a file or a folder to disk; an error names it, and nothing tries again: what was to be written is lost."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        os.close(descriptor)
