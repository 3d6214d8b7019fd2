"""What an artifact is: its type, the hash of each of its files, and its content digest."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

__all__ = ["FileEntry", "Manifest", "digest_of", "hash_file"]

MANIFEST = "manifest.json"
INCIDENTAL = "incidental/"


class FileEntry(BaseModel):
    """One file of an artifact, as it was sealed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: str
    size: int


class Manifest(BaseModel):
    """The manifest.json of an artifact; written last, so a folder without one is not an artifact."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    content: str
    files: dict[str, FileEntry]
    note: str = ""
    """What a reader should know of every artifact of this type."""

    @classmethod
    def read(cls, folder: Path) -> Manifest | None:
        """Read the manifest of a folder; None where there is none or it is not one."""
        try:
            return cls.model_validate_json((folder / MANIFEST).read_bytes())
        except (OSError, ValidationError):
            return None

    def damage(self, folder: Path) -> Iterator[str]:
        """Hash every file and name those that are not as they were sealed, are gone, or were added."""
        for name, entry in self.files.items():
            try:
                if hash_file(folder / name) != entry.sha256:
                    yield name
            except OSError:
                yield name
        yield from (name for name in list_files(folder) if name not in self.files)


def list_files(folder: Path) -> list[str]:
    """List the files below a folder, without its manifest, as sorted POSIX paths."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(name for path in paths if (name := path.relative_to(folder).as_posix()) != MANIFEST)


def hash_files(folder: Path) -> dict[str, FileEntry]:
    """Hash every file below a folder but its manifest."""
    return {
        name: FileEntry(sha256=hash_file(folder / name), size=(folder / name).stat().st_size)
        for name in list_files(folder)
    }


def hash_file(path: Path) -> str:
    """Give the sha256 of a file in hexadecimal; raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(value: object) -> str:
    """Give the sha256 of a JSON value, independent of the order of keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def content_of(files: Mapping[str, FileEntry]) -> str:
    """Give the default content digest: the sorted (path, sha256) of what is not incidental."""
    said = sorted((name, entry.sha256) for name, entry in files.items() if not name.startswith(INCIDENTAL))
    return digest_of(said)


def seal(folder: Path, manifest: Manifest) -> None:
    """Make a folder durable and read-only, and write its manifest last."""
    for name in manifest.files:
        path = folder / name
        path.chmod(0o444)
        fsync(path)
    path = folder / MANIFEST
    path.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    path.chmod(0o444)
    fsync(path)
    for parent in {path.parent, *((folder / name).parent for name in manifest.files)}:
        fsync(parent)


def write_atomically(path: Path, text: str) -> None:
    """Replace a file by rename, so that a reader sees the old one or the new one."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    fsync(aside)
    aside.replace(path)
    fsync(path.parent)


def point(link: Path, target: str) -> None:
    """Point a symbolic link at a target, in one step for whoever follows it."""
    if link.is_symlink() and str(link.readlink()) == target:
        return
    aside = link.with_name(f".{link.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)


def fsync(path: Path) -> None:
    """Force a file or a folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
