"""Collect what a stage depends on: its current source, settings, inputs, libraries and data."""

from __future__ import annotations

import sys

from pipeline.fingerprints.libraries import library_versions
from pipeline.fingerprints.source import read_source
from pipeline.specification.stage import Pipeline, Stage
from schemas.records.fingerprint import Parts
from schemas.settings.external_data import digest_external_data

__all__ = ["match_counted_settings", "read_parts", "with_fallback"]


def read_parts(stage: Stage, pipeline: Pipeline, inputs: dict[str, str]) -> Parts:
    """Return the parts of a stage whose inputs have these content digests."""
    source = read_source(stage.contract.module, pipeline.project, stage.functions)
    return Parts(
        source=source.modules,
        config=stage.settings.counted,
        inputs=inputs,
        libraries=library_versions(source.libraries, pipeline.project),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
        threads=None if source.libraries.isdisjoint({"tensorflow", "keras"}) else pipeline.threads,
        data=digest_external_data((path for path, _ in stage.settings.data_paths), pipeline.project),
    )


def with_fallback(stage: Stage, parts: Parts) -> Parts:
    """Return the parts including the settings that count only if a fallback was used."""
    return parts.changed(config=stage.settings.counted_with_fallback)


def match_counted_settings(previous: Parts, stage: Stage, parts: Parts) -> Parts:
    """Return the parts with the same settings counted as in an earlier execution, so that the two can be compared."""
    including = with_fallback(stage, parts)
    return including if including.config.keys() == previous.config.keys() else parts
