"""Load a project's pipeline: as an earlier process resolved it if all that counts is the same, or else anew.

To import the components and to validate their settings takes longer than the rest of a run in which nothing changed.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import schemas
from pipeline import specification
from pipeline.fingerprints.libraries import library_versions
from pipeline.fingerprints.source import read_source
from pipeline.specification.stage import FILE, Pipeline, Stage
from schemas.file_cache import FileCache
from schemas.record import Record
from schemas.records.run import RunRecord

__all__ = ["load_past_pipeline", "load_pipeline", "load_variants"]

RESOLVING = (Path(specification.__path__[0]), Path(schemas.__path__[0], "settings"))
"""The folders of the modules that resolve a pipeline."""


class Resolved(Record):
    """A pipeline as it is kept for the next process, with the conditions under which it holds."""

    threads: int
    stages: list[Stage]
    overrides: list[str]
    conditions: dict[str, Any]


def load_pipeline(project: Path, overrides: tuple[str, ...] = (), file: str | None = None) -> Pipeline:
    """Return a project's pipeline with the overrides and the environment applied, all of it checked.

    It is taken from artifacts/.pipeline.json if pipeline.yaml, the overrides, the environment variables that settings
    name, the source of the components, their libraries and Python are those of the process that wrote it. A component
    outside components/ is always imported: what its annotations and defaults depend on is not known.

    Args:
        project: the folder of pipeline.yaml.
        overrides: `stage.key=value`, with values in YAML; `threads=1` for the pipeline itself.
        file: to read in place of pipeline.yaml, relative to the project.

    Raises:
        UsageError: Something is invalid; it says where, what was found and what was expected.
    """
    _import_from(project)
    known = FileCache(project / "artifacts" / ".pipeline.json", sys.version)
    path, begun = project / (file or FILE), time.time_ns()
    key = f"stages of {path}"
    if pipeline := _restore(known.find(key), project, overrides):
        return replace(pipeline, file=file)
    pipeline = _resolve(project, overrides, known, path, file)
    if all(stage.contract.module.startswith("components.") for stage in pipeline.stages):
        resolved = Resolved(
            threads=pipeline.threads,
            stages=list(pipeline.stages),
            overrides=list(pipeline.overrides),
            conditions=_conditions(pipeline.stages, project, overrides),
        )
        modules = [Path(__file__), *(path for folder in RESOLVING for path in sorted(folder.glob("*.py")))]
        known.keep(key, resolved.to_values(), [path, *modules], begun)
    known.save()
    return pipeline


def load_variants(project: Path, variants: Iterable[tuple[str, ...]], file: str | None = None) -> list[Pipeline]:
    """Return a project's pipeline with each of some overrides, checked as `load_pipeline` does.

    Raises:
        UsageError: one of them is invalid; it says which, what was found and what was expected.
    """
    _import_from(project)
    known = FileCache(project / "artifacts" / ".pipeline.json", sys.version)
    return [_resolve(project, overrides, known, project / (file or FILE), file) for overrides in variants]


def load_past_pipeline(project: Path, run: RunRecord, artifacts: Path) -> Pipeline:
    """Return the pipeline of a past run: its pipeline.yaml and overrides, with the code and the environment of now.

    Args:
        project: the folder from which modules can be imported, and that paths are relative to.
        run: the run.
        artifacts: where its folder is.

    Raises:
        UsageError: It is not valid any more.
    """
    _import_from(project)
    path, known = artifacts / "runs" / run.run / FILE, FileCache(artifacts / ".pipeline.json", sys.version)
    return _resolve(project, tuple(run.overrides), known, path, run.file)


def _resolve(project: Path, overrides: tuple[str, ...], known: FileCache, path: Path, file: str | None) -> Pipeline:
    from pipeline.specification.resolve import resolve_pipeline

    return replace(resolve_pipeline(project, overrides, known, path), file=file)


def _import_from(project: Path) -> None:
    if str(project) not in sys.path:
        sys.path.append(str(project))  # at the end, so that the project's modules hide no others


def _restore(stored: object, project: Path, overrides: tuple[str, ...]) -> Pipeline | None:
    """Return the pipeline that an earlier process kept; None if there is none, or its conditions differ."""
    try:
        resolved = Resolved.from_values(stored)
    except ValueError:
        return None
    if resolved.conditions != _conditions(resolved.stages, project, overrides):
        return None
    return Pipeline(project, resolved.threads, tuple(resolved.stages), tuple(resolved.overrides))


def _conditions(stages: Sequence[Stage], project: Path, overrides: tuple[str, ...]) -> dict[str, Any]:
    """Return what the stages depend on, besides pipeline.yaml and the modules that resolve it."""
    sources = [read_source(stage.contract.module, project, stage.functions) for stage in stages]
    libraries = frozenset[str]().union(*(source.libraries for source in sources))
    variables = {name: os.environ.get(name) for stage in stages for name in stage.settings.variables}
    return {
        "overrides": list(overrides),
        "variables": variables,
        "home": os.environ.get("HOME"),
        "folder": str(Path.cwd()) if overrides or any(variables.values()) else None,  # what their paths are relative to
        "modules": {name: digest for source in sources for name, digest in source.modules.items()},
        "libraries": library_versions(libraries, project),
    }
