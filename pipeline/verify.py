"""Whether everything in the store is as it was sealed: every byte is hashed."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ValidationError

from schemas.execution import Execution
from schemas.manifest import MANIFEST, Manifest
from schemas.progress import Progress, report

__all__ = ["Verification", "verify"]


class Verification(BaseModel):
    """What was found; the document that `verify --json` prints. Paths are relative to artifacts/."""

    artifacts: int
    files: int
    damaged: list[str]
    """Files that are not as they were sealed, are gone, or were added."""
    missing: list[str]
    """Artifacts that an execution names and that are not there, and links that lead nowhere."""

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not (self.damaged or self.missing)


def verify(artifacts: Path) -> Verification:
    """Hash every file of every artifact, whatever .stat.json says, and look for what executions and links name."""
    store = artifacts / "store"
    folders = sorted(store.glob("*/*/v*"))
    found = Verification(artifacts=len(folders), files=0, damaged=[], missing=[])
    for number, folder in enumerate(folders, start=1):
        name = folder.relative_to(artifacts).as_posix()
        manifest = Manifest.read(folder)
        found.files += len(manifest.files) if manifest else 0
        found.damaged += [f"{name}/{file}" for file in (manifest.damage(folder) if manifest else [MANIFEST])]
        report(Progress(number, len(folders), "artifact"))
    for file in sorted(store.glob("*/executions/*.json")):
        try:
            execution = Execution.model_validate_json(file.read_bytes())
        except (OSError, ValidationError):
            found.damaged.append(file.relative_to(artifacts).as_posix())
            continue
        named = (version.path for version in execution.outputs.values())
        found.missing += [path for path in named if not (artifacts / path).exists() and path not in found.missing]
    if (artifacts / "champion").is_symlink() and not (artifacts / "champion").exists():
        found.missing.append("champion")
    return found
