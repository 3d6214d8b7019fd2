"""Artifacts, and the place where a component writes one."""

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

    Readers and writers live on the subclasses, so that the stage that makes an
    artifact and the stage that takes it cannot disagree about its files.
    """

    NOTE = ""
    """What its manifest says to a reader."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __repr__(self) -> str:
        """Give the type and the folder."""
        return f"{type(self).__name__}({self.path})"

    @property
    def digest(self) -> str:
        """The content digest (sha256, hexadecimal) in the manifest; raises InputError without one."""
        manifest = Manifest.read(self.path)
        if manifest is None:
            raise InputError(f"{self.path} is not a sealed artifact", found="no valid manifest.json", do="digits run")
        return manifest.content

    @classmethod
    def content(cls, path: Path, files: Mapping[str, FileEntry]) -> str:
        """Digest what the artifact at *path* says: by default the paths and hashes of its files."""
        del path
        return content_of(files)


def type_name(kind: type[Artifact]) -> str:
    """Name a type as manifests do: by its class, and a user's own by its module too."""
    return kind.__name__ if kind.__module__.startswith("schemas.") else f"{kind.__module__}.{kind.__name__}"


@dataclass(frozen=True)
class Output(Generic[A]):
    """Where a component writes one output.

    Attributes:
        path: the folder that is sealed when the stage succeeds.
        scratch: a folder that survives a kill and is removed at publication.
        logs: a folder of the run, live and never hashed.
    """

    path: Path
    scratch: Path
    logs: Path
