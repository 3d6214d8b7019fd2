"""What a stage depends on now: code, settings, inputs, libraries and data."""

from __future__ import annotations

import sys

from pipeline.libraries import library_versions
from pipeline.source import read_source
from pipeline.specification import Pipeline, Stage
from schemas.records.fingerprint import Parts
from schemas.settings.external_data import read_outside

__all__ = ["count_like", "read_parts", "with_fallback"]


def read_parts(stage: Stage, pipeline: Pipeline, inputs: dict[str, str]) -> Parts:
    """Collect everything that a stage depends on; *inputs* are the content digests of its inputs."""
    source = read_source(stage.component.module, pipeline.project)
    return Parts(
        source=source.modules,
        config=stage.config.counted(),
        inputs=inputs,
        libraries=library_versions(source.libraries, pipeline.project),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        threads=None if source.libraries.isdisjoint({"tensorflow", "keras"}) else pipeline.threads,
        data=read_outside(stage.config, pipeline.project),
    )


def with_fallback(stage: Stage, parts: Parts) -> Parts:
    """Count the settings of a stage that a fallback stood in for."""
    return parts.model_copy(update={"config": stage.config.counted(fallback=True)})


def count_like(previous: Parts, stage: Stage, parts: Parts) -> Parts:
    """Count the settings as an earlier execution did, so that the two can be compared."""
    fallen = with_fallback(stage, parts)
    return fallen if fallen.config.keys() == previous.config.keys() else parts
