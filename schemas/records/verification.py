"""Verify the store: hash every file of every sealed artifact."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from schemas.manifest import MANIFEST, Manifest
from schemas.progress import Progress, report
from schemas.record import Record
from schemas.records.execution import Execution
from schemas.records.promotion import read_history
from schemas.records.run import RunRecord

__all__ = ["Verification", "verify"]

DEPTH = {"store": 4, "runs": 2}
"""Parts of the path of what is set aside as a whole."""


class Verification(Record, frozen=False):  # pyright: ignore[reportGeneralTypeIssues]  (msgspec allows it)
    """The result of a verification; the document that `verify --json` prints. Paths are relative to artifacts/."""

    artifacts: int
    """Number of artifacts."""
    files: int
    """Number of their files."""
    damaged: list[str]
    """Files that changed, are missing or were added since sealing; records that changed since they were written."""
    misplaced: list[str] = []
    """Pieces of artifacts/ that are something else than digits puts there, such as a file in the place of champion:
    what was found, what was expected and what to do; then `missing` and `history` were not looked for."""
    missing: dict[str, list[str]] = {}
    """Versions that are gone, and what needs each: the champion, an alias, a run, the record of an execution."""
    history: list[str] = []
    """Lines of promotions.jsonl that were changed, removed or added, in words."""

    @property
    def sound(self) -> bool:
        """Whether there is no damage, nothing is missing or misplaced, and the history is unchanged."""
        return not (self.damaged or self.misplaced or self.missing or self.history)

    @property
    def places(self) -> list[str]:
        """Damaged versions, such as store/train/model/v0003-8f3c1d2a, records of executions, and folders of runs."""
        return sorted({"/".join(path.split("/")[: DEPTH[path.split("/")[0]]]) for path in self.damaged})


def verify(artifacts: Path) -> Verification:
    """Hash every file of every artifact, bypassing the stat cache, and check all records and the history.

    Damaged files get a new modification time, which invalidates their entries in the stat cache: the next run hashes
    them again and finds the damage too.
    """
    store = artifacts / "store"
    folders = sorted(store.glob("*/*/v*"))
    found = Verification(artifacts=len(folders), files=0, damaged=[])
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
    found.damaged += _damaged_runs(artifacts)
    found.history = read_history(artifacts).damage
    for name in found.damaged:
        with suppress(OSError):
            os.utime(artifacts / name)
    return found


def _contradictions(file: Path, artifacts: Path, contents: dict[str, str]) -> list[str]:
    """Return the path of an unreadable execution, or of the manifests whose content digest differs from its record."""
    try:
        execution = Execution.load(file)
    except (OSError, ValueError):
        return [file.relative_to(artifacts).as_posix()]
    outputs = execution.outputs.values()
    return [f"{each.path}/{MANIFEST}" for each in outputs if contents.get(each.path, each.content) != each.content]


def _damaged_runs(artifacts: Path) -> list[str]:
    """Return the records of runs that cannot be read, or are gone although the run has begun its log."""
    runs = artifacts / "runs"
    names = sorted(entry.name for entry in os.scandir(runs) if entry.is_dir()) if runs.is_dir() else []
    return [f"runs/{name}/run.json" for name in names if _is_damaged(runs / name)]


def _is_damaged(run: Path) -> bool:
    try:
        return RunRecord.load(run / "run.json").run != run.name
    except FileNotFoundError:
        return (run / "log.jsonl").exists()
    except (OSError, ValueError):
        return True
