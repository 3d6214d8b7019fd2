"""Flipped bits, cut, removed and added files in every artifact, record and history of a whole run."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import pytest

from pipeline.history import read_run
from pipeline.store import Store
from schemas.manifest import Manifest
from schemas.records.execution import Version
from schemas.records.promotion import HISTORY, read_history
from tests.project import Project

pytestmark = pytest.mark.faults

FLIPS = 1000
SEED = 18


def _flip(file: Path, chance: random.Random) -> None:
    data = bytearray(file.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def _cut(file: Path, chance: random.Random) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: chance.randrange(len(data))])


def _remove(file: Path, chance: random.Random) -> None:
    del chance
    file.unlink()


def _add(file: Path, chance: random.Random) -> None:
    file.with_name(f"{file.name}.{chance.randrange(10**6)}").touch()


DAMAGE: dict[str, Callable[[Path, random.Random], None]] = {
    "flipped": _flip,
    "cut": _cut,
    "removed": _remove,
    "added": _add,
}


@pytest.fixture(scope="module")
def copied(trained: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the artifacts of a whole run, whose files can be changed."""
    artifacts = tmp_path_factory.mktemp("flips") / "artifacts"
    shutil.copytree(trained.artifacts, artifacts, symlinks=True, copy_function=shutil.copyfile)
    return artifacts


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_to_any_file_is_found(kind: str, copied: Path) -> None:
    """What guards every use finds each of 1,000 flipped bits in files, manifests and records, and other damage."""
    chance = random.Random(f"{SEED} {kind}")  # noqa: S311
    versions = {path: manifest for path in copied.glob("store/*/*/v*") if (manifest := Manifest.read(path))}
    types = {manifest.type for manifest in versions.values()}
    assert types >= {"Examples", "Model", "Evaluation", "Blessing", "Bundle", "Calibration", "Transform", "Statistics"}
    guards = {file: _guard_of(copied, path, each) for path, each in versions.items() for file in path.rglob("*")}
    if kind != "added":  # a file beside a record is none
        guards |= {file: _guard_of_execution(copied, file) for file in copied.glob("store/*/executions/*.json")}
        guards |= {file: _guard_of_run(file) for file in copied.glob("runs/*/run.json")}
        guards[copied / HISTORY] = lambda: bool(read_history(copied).damage or read_history(copied).torn)
    whole = sorted(file for file in guards if file.is_file() and file.stat().st_size)
    assert [file for file in whole if guards[file]()] == []
    missed = [file for file in islice(cycle(whole), FLIPS) if not _is_found(file, DAMAGE[kind], guards[file], chance)]
    assert missed == []


def _guard_of(artifacts: Path, folder: Path, manifest: Manifest) -> Callable[[], bool]:
    """Return what tells whether a version is damaged."""
    version = Version(path=folder.relative_to(artifacts).as_posix(), content=manifest.content)
    return lambda: Store(artifacts).damage_of(version) is not None


def _guard_of_execution(artifacts: Path, file: Path) -> Callable[[], bool]:
    """Return what tells whether the record of an execution is damaged or gone."""
    stage, (fingerprint, _, run) = file.parts[-3], file.stem.partition("-")
    return lambda: Store(artifacts).execution(stage, fingerprint, run) is None


def _guard_of_run(file: Path) -> Callable[[], bool]:
    """Return what tells whether the record of a run is damaged or gone."""
    return lambda: read_run(file.parent) is None


def _is_found(
    file: Path, damage: Callable[[Path, random.Random], None], guard: Callable[[], bool], chance: random.Random
) -> bool:
    """Damage a file, return whether its guard finds it, and put everything back."""
    before, data = set(file.parent.iterdir()), file.read_bytes()
    damage(file, chance)
    found = guard()
    for added in set(file.parent.iterdir()) - before:
        added.unlink()
    file.write_bytes(data)
    return found
