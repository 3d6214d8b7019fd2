"""Store artifacts and executions below artifacts/; publish completely or not at all."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.aliases import aliases
from pipeline.history import use
from pipeline.sharing import share_files
from schemas.artifacts.artifact import Artifact, type_name
from schemas.errors import printable
from schemas.manifest import MANIFEST, Manifest, fsync, hash_files, make_folder, rename, seal, write_atomically
from schemas.records.execution import Execution, Version
from schemas.records.stat_cache import StatCache

__all__ = ["VERSION", "Store", "Workspace"]

VERSION = re.compile(r"v(\d{4,})-([0-9a-f]{8})")
MOVED_LINE = re.compile(rf"store/[^/]+/[^/]+/{VERSION.pattern}")
MOVED = "moved.txt"  # in staging: the versions moved into the store before their execution is recorded


@dataclass(frozen=True)
class Damage:
    """A version that no longer matches its manifest.

    Attributes:
        version: its path, relative to artifacts/.
        file: the first damaged file; None if the whole version is gone.
    """

    version: str
    file: str | None

    @property
    def text(self) -> str:
        """The reason to run the stage again."""
        return f"output corrupt: {self.version}/{printable(self.file)}" if self.file else "output missing"


@dataclass(frozen=True)
class Workspace:
    """The folders one stage writes to before publication, on the same filesystem as the store.

    Attributes:
        root: removed at publication.
        outputs: the folder of each output; empty at the start.
        scratch: a folder for each output that survives a kill, for checkpoints.
    """

    root: Path
    outputs: dict[str, Path]
    scratch: dict[str, Path]


class Store:
    """The artifacts and executions of a project.

    Args:
        artifacts: the project's artifacts/ folder.
    """

    def __init__(self, artifacts: Path) -> None:
        self.artifacts = artifacts
        self._root = artifacts / "store"
        self._staging = artifacts / ".staging"
        self._stat_cache = StatCache(artifacts)
        self._steady: int | None = None

    @contextmanager
    def lock(self, stage: str, waiting: Callable[[], None]) -> Generator[None]:
        """Lock a stage, so that one process at a time runs it; the lock ends with the process.

        Args:
            stage: to lock.
            waiting: called once if another process holds the lock.
        """
        folder = self._root / stage
        make_folder(folder)
        with (folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def steady(self) -> Generator[None]:
        """Let nothing be removed inside the block; what `use` names there stays until the process ends."""
        if self._steady is None:
            make_folder(self._root)
            self._steady = os.open(self._root, os.O_RDONLY)  # open for good: a run comes here twice for each stage
        fcntl.flock(self._steady, fcntl.LOCK_SH)
        try:
            yield
        finally:
            fcntl.flock(self._steady, fcntl.LOCK_UN)

    def use(self, versions: Iterable[Version]) -> None:
        """Keep versions from being deleted as long as this process lives; call it in a `steady` block."""
        for version in versions:
            use(self.artifacts / version.path)

    def execution(self, stage: str, fingerprint: str | None, run: str | None = None) -> Execution | None:
        """Return the execution with a fingerprint, of a run or else the newest; None if there is none."""
        found = self.executions(stage, fingerprint) if fingerprint else []
        return next((each for each in found if run in {None, each.run}), None)

    def executions(self, stage: str, fingerprint: str = "") -> list[Execution]:
        """Return the readable executions of a stage, all or those with a fingerprint, newest first."""
        files = (self._root / stage / "executions").glob(f"{fingerprint}*.json")
        return sorted(filter(None, map(_read_execution, files)), key=lambda each: each.run, reverse=True)

    def unreadable(self, stage: str, fingerprint: str = "") -> list[str]:
        """Return the paths of unreadable executions of a stage, all or those with a fingerprint."""
        files = (self._root / stage / "executions").glob(f"{fingerprint}*.json")
        return sorted(f.relative_to(self.artifacts).as_posix() for f in files if _read_execution(f) is None)

    def damage(self, execution: Execution) -> Damage | None:
        """Return the damage of the first damaged output of an execution; None if all are intact."""
        return next(filter(None, map(self.damage_of, execution.outputs.values())), None)

    def damage_of(self, version: Version) -> Damage | None:
        """Return the damage of a version; None if it is intact."""
        folder = self.artifacts / version.path
        manifest = Manifest.read(folder)
        if manifest is None or manifest.content != version.content:
            return Damage(version.path, MANIFEST if folder.exists() else None)
        name = self._stat_cache.damage(folder, manifest)
        return Damage(version.path, name) if name else None

    def set_aside(self, path: str) -> str:
        """Move a damaged version or execution into .quarantine and return its new path; nothing is deleted."""
        quarantine = self.artifacts / ".quarantine"
        make_folder(quarantine)
        name = f"{path.removeprefix('store/').replace('/', '.')}.{os.urandom(3).hex()}"
        rename(self.artifacts / path, quarantine / name)
        fsync(quarantine)
        fsync((self.artifacts / path).parent)
        return f"{quarantine.name}/{name}"

    def save_stat_cache(self) -> None:
        """Save the stat cache of verified files for the next run."""
        self._stat_cache.save()

    def open_workspace(self, stage: str, fingerprint: str, outputs: list[str]) -> Workspace:
        """Create the folders a stage writes to: empty outputs, and scratch as an earlier attempt left it."""
        for folder in self._staged(stage):
            self._remove_unrecorded(stage, folder)
        root = self._staging / f"{stage}-{fingerprint}"
        _discard(root / "outputs", root)
        workspace = Workspace(
            root,
            {name: root / "outputs" / name for name in outputs},
            {name: root / "scratch" / name for name in outputs},
        )
        for folder in (*workspace.outputs.values(), *workspace.scratch.values()):
            folder.mkdir(parents=True, exist_ok=True)
        return workspace

    def clear(self, stage: str, fingerprint: str) -> None:
        """Remove what a killed process left in staging after its execution was recorded."""
        staged = self._staging / f"{stage}-{fingerprint}"
        if staged.exists():
            self._remove_unrecorded(stage, staged)
            shutil.rmtree(staged, ignore_errors=True)

    def publish(
        self, stage: str, workspace: Workspace, types: Mapping[str, type[Artifact]], damaged: Execution | None
    ) -> dict[str, Version]:
        """Seal every output and move it into the store; it counts only once `record` has run.

        An output whose content equals a sealed, intact version becomes that version. One whose content equals a
        version of *damaged* replaces it, so that links to it work again.
        """
        lost = damaged.outputs if damaged else {}
        return {
            name: self._publish_output(self._root / stage / name, folder, types[name], workspace.root, lost.get(name))
            for name, folder in workspace.outputs.items()
        }

    def record(self, execution: Execution) -> None:
        """Write the execution atomically, which makes its outputs count; then clear the stage's staging."""
        path = self._root / execution.stage / "executions" / f"{execution.name}.json"
        make_folder(path.parent)
        write_atomically(path, execution.to_document())
        for folder in self._staged(execution.stage):
            shutil.rmtree(folder, ignore_errors=True)  # what a file server keeps for an open file goes next time
        self._stat_cache.save()

    def _staged(self, stage: str) -> list[Path]:
        return list(self._staging.glob(f"{stage}-*"))  # a stage name contains no dash

    def _remove_unrecorded(self, stage: str, staged: Path) -> None:
        """Remove versions that a killed process moved into the store but never recorded, and that nobody has named."""
        moved = staged / MOVED
        kept = {version.path for each in self.executions(stage) for version in each.outputs.values()}
        kept.update(aliases(self.artifacts).values())
        for path in moved.read_text(encoding="utf-8").splitlines() if moved.exists() else []:
            if path not in kept and MOVED_LINE.fullmatch(path):  # a power failure may truncate a line
                _discard(self.artifacts / path, staged)
        moved.unlink(missing_ok=True)

    def _publish_output(
        self, home: Path, folder: Path, kind: type[Artifact], staged: Path, lost: Version | None
    ) -> Version:
        files = hash_files(folder)
        manifest = Manifest(type=type_name(kind), content=kind.content(folder, files), files=files, note=kind.NOTE)
        make_folder(home)
        with self.steady():
            target = self._find_intact(home, manifest.content)
            use(target or folder)
        if target is None:
            share_files(folder, files, self._root)
            seal(folder, manifest)
            target = self._place(home, manifest.content, lost)
            with (staged / MOVED).open("a", encoding="utf-8") as moved:
                moved.write(f"{target.relative_to(self.artifacts).as_posix()}\n")
            fsync(staged / MOVED)
            rename(folder, target)
            fsync(home)
            self._stat_cache.remember(target, manifest)
        return Version(path=target.relative_to(self.artifacts).as_posix(), content=manifest.content)

    def _place(self, home: Path, content: str, lost: Version | None) -> Path:
        if lost and lost.content == content and not (self.artifacts / lost.path).exists():
            return self.artifacts / lost.path
        numbers = [int(match[1]) for path in home.iterdir() if (match := VERSION.fullmatch(path.name))]
        return home / f"v{max(numbers, default=0) + 1:04d}-{content[:8]}"

    def _find_intact(self, home: Path, content: str) -> Path | None:
        for folder in sorted(home.glob(f"v*-{content[:8]}"), reverse=True):
            manifest = Manifest.read(folder)
            if manifest and manifest.content == content and not any(manifest.damage(folder)):
                return folder
        return None


def _discard(folder: Path, staged: Path) -> None:
    """Remove a folder, if it is there; what of it cannot be removed goes with a folder of staging."""
    if folder.exists():
        old = staged / f"old-{os.urandom(3).hex()}"
        rename(folder, old)
        shutil.rmtree(old, ignore_errors=True)


def _read_execution(path: Path) -> Execution | None:
    try:
        return Execution.load(path)
    except (OSError, ValueError):
        return None
