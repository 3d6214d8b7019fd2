"""What a stage of a pipeline depends on as it is now."""

from __future__ import annotations

import sys

from pipeline.libraries import library_versions
from pipeline.source import read_source
from pipeline.specification import Pipeline, Stage
from schemas.records.fingerprint import Parts
from schemas.settings.external_data import read_outside

__all__ = ["read_parts"]


def read_parts(stage: Stage, pipeline: Pipeline, inputs: dict[str, str]) -> Parts:
    """Collect the parts of a stage whose inputs have these content digests."""
    source = read_source(stage.component.module, pipeline.project)
    return Parts(
        source=source.modules,
        config=stage.config.model_dump(mode="json"),
        inputs=inputs,
        libraries=library_versions(source.libraries, pipeline.project),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        threads=None if source.libraries.isdisjoint({"tensorflow", "keras"}) else pipeline.threads,
        data=read_outside(stage.config, pipeline.project),
    )
