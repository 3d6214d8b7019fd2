"""The state of a project after a fault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from schemas.manifest import MANIFEST, Manifest
from schemas.records.execution import Execution
from schemas.records.run import RunRecord
from tests.project import Project

__all__ = ["Aftermath", "contents", "damaged_versions", "inspect_store", "named_versions"]


@dataclass(frozen=True)
class Aftermath:
    """The state of a store; after a successful run the lists are empty.

    Attributes:
        contents: content digest of each output of the latest run.
        damaged: files of versions that differ from their manifests.
        unnamed: versions that no execution names.
        missing: versions that an execution names and the store lacks.
        staged: entries left in .staging.
    """

    contents: dict[str, str]
    damaged: list[str] = field(default_factory=list[str])
    unnamed: list[str] = field(default_factory=list[str])
    missing: list[str] = field(default_factory=list[str])
    staged: list[str] = field(default_factory=list[str])


def inspect_store(project: Project) -> Aftermath:
    """Return the state of a project's store."""
    artifacts = project.artifacts
    there = {_name(folder, artifacts) for folder in _versions(project)}
    named = named_versions(project)
    return Aftermath(
        contents(project),
        damaged_versions(project),
        sorted(there - named),
        sorted(named - there),
        _names((artifacts / ".staging").glob("*"), artifacts),
    )


def contents(project: Project) -> dict[str, str]:
    """Return the content digest of each output of the latest run."""
    record = RunRecord.from_json((project.artifacts / "latest" / "run.json").read_bytes())
    return {
        f"{stage.stage}.{name}": manifest.content if (manifest := Manifest.read(project.artifacts / path)) else "none"
        for stage in record.stages
        for name, path in stage.outputs.items()
    }


def damaged_versions(project: Project) -> list[str]:
    """Return the files of versions in the store that differ from their manifests."""
    damaged: list[str] = []
    for folder in _versions(project):
        manifest = Manifest.read(folder)
        files = manifest.damage(folder) if manifest else [MANIFEST]
        damaged += [f"{_name(folder, project.artifacts)}/{file}" for file in files]
    return damaged


def named_versions(project: Project) -> set[str]:
    """Return the versions that executions name."""
    executions = map(_read_execution, project.artifacts.glob("store/*/executions/*.json"))
    return {version.path for execution in executions for version in execution.outputs.values()}


def _versions(project: Project) -> list[Path]:
    outputs = (path for path in project.artifacts.glob("store/*/*") if path.is_dir() and path.name != "executions")
    return sorted(version for output in outputs for version in output.iterdir())


def _read_execution(path: Path) -> Execution:
    return Execution.from_json(path.read_bytes())


def _names(paths: Iterable[Path], artifacts: Path) -> list[str]:
    return sorted(_name(path, artifacts) for path in paths)


def _name(path: Path, artifacts: Path) -> str:
    return path.relative_to(artifacts).as_posix()
