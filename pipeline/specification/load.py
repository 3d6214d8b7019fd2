"""Load a project's pipeline: as an earlier process resolved it if all that counts is the same, or else anew.

To import the components and to validate their settings takes longer than the rest of a run in which nothing changed.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import schemas
from pipeline.libraries import library_versions
from pipeline.source import read_source
from pipeline.specification.stage import FILE, Pipeline, Stage
from schemas.file_cache import FileCache

__all__ = ["load_pipeline"]

RESOLVING = (Path(__file__).parent, Path(schemas.__path__[0]) / "settings")
"""The folders of the modules that resolve a pipeline."""


def load_pipeline(project: Path, overrides: tuple[str, ...] = ()) -> Pipeline:
    """Return a project's pipeline with the overrides and the environment applied, all of it checked.

    It is taken from artifacts/.pipeline.json if pipeline.yaml, the overrides, the environment variables that settings
    name, the source of the components, their libraries and Python are those of the process that wrote it. A component
    outside components/ is always imported: what its annotations and defaults depend on is not known.

    Args:
        project: the folder of pipeline.yaml.
        overrides: `stage.key=value`, with values in YAML; `threads=1` for the pipeline itself.

    Raises:
        UsageError: Something is invalid; it says where, what was found and what was expected.
    """
    if str(project) not in sys.path:
        sys.path.append(str(project))  # at the end, so that the project's modules hide no others
    known = FileCache(project / "artifacts" / ".pipeline.json", sys.version)
    key, begun = f"stages of {project / FILE}", time.time_ns()
    if stored := known.find(key):
        pipeline = _restore(stored["pipeline"], project)
        if stored["conditions"] == _conditions(pipeline, overrides):
            return pipeline
    from pipeline.specification.resolve import resolve_pipeline

    pipeline = resolve_pipeline(project, overrides, known)
    if all(stage.contract.module.startswith("components.") for stage in pipeline.stages):
        stored = {"pipeline": _store(pipeline), "conditions": _conditions(pipeline, overrides)}
        known.keep(key, stored, [project / FILE, *_modules(RESOLVING)], begun)
    known.save()
    return pipeline


def _conditions(pipeline: Pipeline, overrides: tuple[str, ...]) -> dict[str, Any]:
    """Return what the stages of a pipeline depend on, besides pipeline.yaml and the code that resolves it."""
    sources = [read_source(stage.contract.module, pipeline.project) for stage in pipeline.stages]
    libraries = frozenset[str]().union(*(source.libraries for source in sources))
    variables = {name: os.environ.get(name) for stage in pipeline.stages for name in stage.settings.variables}
    return {
        "overrides": list(overrides),
        "variables": variables,
        "home": os.environ.get("HOME"),
        "folder": str(Path.cwd()) if overrides or any(variables.values()) else None,  # what their paths are relative to
        "modules": {name: digest for source in sources for name, digest in source.modules.items()},
        "libraries": library_versions(libraries, pipeline.project),
    }


def _store(pipeline: Pipeline) -> dict[str, Any]:
    stages = [stage.to_values() for stage in pipeline.stages]
    return {"threads": pipeline.threads, "stages": stages, "overrides": list(pipeline.overrides)}


def _restore(stored: dict[str, Any], project: Path) -> Pipeline:
    stages = tuple(map(Stage.from_values, stored["stages"]))
    return Pipeline(project, stored["threads"], stages, tuple(stored["overrides"]))


def _modules(folders: Iterable[Path]) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.glob("*.py"))]
