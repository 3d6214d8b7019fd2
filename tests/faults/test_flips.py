"""Flipped bits, cut and added files in every artifact of a whole run."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.store import Store
from schemas.manifest import MANIFEST, Manifest
from schemas.records.execution import Version
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


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_to_any_file_of_any_artifact_is_found(kind: str, trained: Project, tmp_path: Path) -> None:
    """What guards every use of an artifact finds each of 1,000 flipped bits, and other damage as well."""
    chance = random.Random(f"{SEED} {kind}")  # noqa: S311
    versions = [path for path in trained.artifacts.glob("store/*/*/v*") if path.is_dir()]
    files = [file for each in versions for file in each.rglob("*") if file.is_file() and file.name != MANIFEST]
    types = {manifest.type for each in versions if (manifest := Manifest.read(each))}
    assert types >= {"Examples", "Model", "Evaluation", "Blessing", "Bundle", "Calibration", "Transform", "Statistics"}
    whole = [file for file in files if file.stat().st_size]
    missed: list[str] = []
    for number in range(FLIPS):
        file = whole[number % len(whole)]
        if not _is_found(file, DAMAGE[kind], trained.artifacts, tmp_path / "artifacts", chance):
            missed.append(str(file))
    assert missed == []


def _is_found(
    file: Path, damage: Callable[[Path, random.Random], None], artifacts: Path, copy: Path, chance: random.Random
) -> bool:
    """Damage a file in a copy of its version, and return whether the store finds it."""
    version = artifacts.joinpath(*file.relative_to(artifacts).parts[:4])
    path = version.relative_to(artifacts)
    shutil.copytree(version, copy / path, symlinks=True)
    target = copy / file.relative_to(artifacts)
    target.chmod(0o644)
    damage(target, chance)
    manifest = Manifest.read(version)
    assert manifest
    found = Store(copy).damage_of(Version(path=path.as_posix(), content=manifest.content))
    shutil.rmtree(copy)
    return found is not None
