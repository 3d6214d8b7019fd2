"""What lies in artifacts/: runs, executions, versions, and the bundles that people rely on."""

from __future__ import annotations

import fcntl
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pipeline.aliases import aliases
from pipeline.champion import champion
from pipeline.history import is_held, read_runs, run_names, unreadable_runs
from pipeline.registry.bundles import JUDGE
from pipeline.registry.change import previous_champion
from pipeline.specification.stage import CORRECTIONS
from pipeline.store import Store
from schemas.artifacts.bundle import Bundle
from schemas.manifest import Manifest
from schemas.records.execution import Execution
from schemas.records.run import RunRecord

__all__ = ["BEFORE", "GOING", "TRASH", "Inventory", "read_inventory"]

TRASH, GOING = ".trash", "going.txt"
"""The folder of artifacts/ with what gc is deleting, and its list of the versions that go."""
BEFORE = "the champion before, for a rollback"


@dataclass(frozen=True)
class Inventory:
    """The contents of a project's artifacts/, read once.

    Attributes:
        artifacts: the folder.
        runs: the readable records by name, newest first.
        names: of the runs that people named: the name of each, by run.
        executions: all readable executions by their path relative to *artifacts*.
        versions: the paths of all versions, relative to *artifacts*, sorted.
        relied: the bundles that people rely on and who relies on them, such as `the champion`, by path.
    """

    artifacts: Path
    runs: dict[str, RunRecord]
    names: dict[str, str]
    executions: dict[str, Execution]
    versions: list[str]
    relied: dict[str, list[str]]

    @cached_property
    def makers(self) -> dict[str, list[str]]:
        """The paths of the executions that have a version among their outputs, newest first, by the version's path."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for path, execution in sorted(self.executions.items(), key=lambda each: each[1].run, reverse=True):
            for version in execution.outputs.values():
                found[version.path].append(path)
        return dict(found)

    @cached_property
    def judges(self) -> dict[str, list[str]]:
        """The paths of the executions that judged a bundle as it is, by the bundle's path."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for path, execution in self.executions.items():
            if execution.stage == JUDGE and "bundle" in execution.inputs:
                found[execution.inputs["bundle"].path].append(path)
        return dict(found)

    @cached_property
    def in_use(self) -> list[str]:
        """The versions that a running process uses."""
        return [path for path in self.versions if is_held(self.artifacts / path, fcntl.LOCK_EX)]

    @cached_property
    def unrecorded_bundles(self) -> list[str]:
        """The bundles that no execution made: those that came from elsewhere, not what a killed gc left."""
        lists = (file.read_text(encoding="utf-8") for file in (self.artifacts / TRASH).glob(f"*/{GOING}"))
        going = {path for text in lists for path in text.splitlines()}
        orphans = (path for path in self.versions if path not in self.makers and path not in going)
        return [path for path in orphans if self.is_bundle(path)]

    @property
    def corrections(self) -> list[str]:
        """The versions of the corrections, which no stage made."""
        return [path for path in self.versions if path.startswith(f"store/{CORRECTIONS.stage}/")]

    def is_bundle(self, path: str) -> bool:
        """Return whether a version is a bundle."""
        manifest = Manifest.read(self.artifacts / path)
        return manifest is not None and manifest.type == Bundle.__name__

    def equal(self, path: str) -> str:
        """Return the path of a version, or of one with the same content that was made when it was gone."""
        home, digest = path.rpartition("/v")[0], path.rpartition("-")[2]
        same = (each for each in self.versions if each.rpartition("/v")[0] == home and each.endswith(digest))
        return path if path in self._versions else next(same, path)

    @cached_property
    def _versions(self) -> frozenset[str]:
        return frozenset(self.versions)

    @property
    def damaged(self) -> list[str]:
        """The records of runs and executions that are there and cannot be read, relative to *artifacts*."""
        there = self.artifacts.glob("store/*/executions/*.json")
        found = {path.relative_to(self.artifacts).as_posix() for path in there}
        runs = {f"runs/{name}/run.json" for name in unreadable_runs(self.artifacts) if name not in self.runs}
        return sorted(found - self.executions.keys() | runs)

    @property
    def latest(self) -> str:
        """Name of the run that the link latest points to; empty if there is none."""
        link = self.artifacts / "latest"
        return link.readlink().name if link.is_symlink() else ""


def read_inventory(artifacts: Path) -> Inventory:
    """Read what lies in artifacts/."""
    store, folder = Store(artifacts), artifacts / "store"
    stages = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    executions = {
        f"store/{stage}/executions/{each.name}.json": each for stage in stages for each in store.executions(stage)
    }
    return Inventory(
        artifacts,
        {record.run: record for record in read_runs(artifacts)},
        {run: name for name, run in run_names(artifacts).items()},
        executions,
        sorted(path.relative_to(artifacts).as_posix() for path in folder.glob("*/*/v*")),
        _relied(artifacts),
    )


def _relied(artifacts: Path) -> dict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    if present := champion(artifacts):
        found[present].append("the champion")
    for name, path in aliases(artifacts).items():
        found[path].append(f"alias {name}")
    if before := previous_champion(artifacts):
        found[before].append(BEFORE)
    return dict(found)
