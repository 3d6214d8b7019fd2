"""The base class of artifacts, and the output that a component fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from schemas.errors import InputError
from schemas.manifest import FileEntry, Manifest, content_of

__all__ = ["Artifact", "Output", "type_name"]

A = TypeVar("A", bound="Artifact")


class Artifact:
    """A typed, sealed, versioned folder with a manifest.

    Readers and writers are methods of the subclasses, so that producer and consumer cannot disagree about the files.

    Args:
        path: the sealed folder.
    """

    NOTE = ""
    """A note for readers, written into the manifest."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        """Return the type and the folder."""
        return f"{type(self).__name__}({self.path})"

    @property
    def digest(self) -> str:
        """The content digest (sha256, hexadecimal) in the manifest; raises InputError if there is no valid manifest."""
        manifest = Manifest.read(self.path)
        if manifest is None:
            raise InputError(f"{self.path} is not a sealed artifact", found="no valid manifest.json", do="digits run")
        return manifest.content

    @classmethod
    def content(cls, path: Path, files: Mapping[str, FileEntry]) -> str:
        """Return the content digest of the artifact at *path*: by default that of its files' paths and hashes."""
        del path
        return content_of(files)


def type_name(kind: type[Artifact]) -> str:
    """Return the name of a type in manifests: its class name, preceded by its module if it is a user's own type."""
    return kind.__name__ if kind.__module__.startswith("schemas.") else f"{kind.__module__}.{kind.__name__}"


@dataclass(frozen=True)
class Output(Generic[A]):
    """The folders to which a component writes one output.

    Attributes:
        path: sealed when the stage succeeds.
        scratch: survives a kill and is removed at publication.
        logs: belongs to the run; never hashed.
    """

    path: Path
    scratch: Path
    logs: Path
