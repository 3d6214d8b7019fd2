"""Whether everything in the store is as it was sealed: every byte is hashed."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from pydantic import BaseModel, ValidationError

from schemas.manifest import MANIFEST, Manifest
from schemas.progress import Progress, report
from schemas.records.execution import Execution

__all__ = ["Verification", "verify"]


class Verification(BaseModel):
    """What was found; the document that `verify --json` prints. Paths are relative to artifacts/."""

    artifacts: int
    files: int
    damaged: list[str]
    """Files that are not as they were sealed, are gone, or were added."""
    missing: list[str]
    """Links of the latest run, and the champion, that lead nowhere."""

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not (self.damaged or self.missing)

    @property
    def places(self) -> list[str]:
        """What holds the damage: versions, as store/train/model/v0003-8f3c1d2a, and records of executions."""
        return sorted({"/".join(path.split("/")[:4]) for path in self.damaged})


def verify(artifacts: Path) -> Verification:
    """Hash every file of every artifact, whatever .stat.json says, and follow the links of the latest run.

    What is damaged gets the time of now, so that the next run hashes it too, whatever .stat.json says.
    """
    store = artifacts / "store"
    folders = sorted(store.glob("*/*/v*"))
    found = Verification(artifacts=len(folders), files=0, damaged=[], missing=[])
    contents: dict[str, str] = {}
    for number, folder in enumerate(folders, start=1):
        name = folder.relative_to(artifacts).as_posix()
        manifest = Manifest.read(folder)
        if manifest:
            contents[name] = manifest.content
            found.files += len(manifest.files)
        found.damaged += [f"{name}/{file}" for file in (manifest.damage(folder) if manifest else [MANIFEST])]
        report(Progress(number, len(folders), "artifact"))
    for file in sorted(store.glob("*/executions/*.json")):
        found.damaged += _contradictions(file, artifacts, contents)
    links = [artifacts / "champion", *sorted((artifacts / "latest").glob("*.*"))]
    found.missing = [
        link.relative_to(artifacts).as_posix() for link in links if link.is_symlink() and not link.exists()
    ]
    for name in found.damaged:
        with suppress(OSError):
            os.utime(artifacts / name)
    return found


def _contradictions(file: Path, artifacts: Path, contents: dict[str, str]) -> list[str]:
    """Name an execution that cannot be read, or the manifests that say something else than it does."""
    try:
        execution = Execution.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        return [file.relative_to(artifacts).as_posix()]
    outputs = execution.outputs.values()
    return [f"{each.path}/{MANIFEST}" for each in outputs if contents.get(each.path, each.content) != each.content]
