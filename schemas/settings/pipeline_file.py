"""The structure of pipeline.yaml, and overriding single values of it."""

from __future__ import annotations

import os
from typing import Any, cast

from pydantic import Field, PositiveInt, field_validator

from schemas.errors import UsageError, nearest
from schemas.settings.config import Config
from schemas.settings.document import Document, Location

__all__ = ["PipelineEntry", "StageEntry", "override"]


EXPECTED = "stage.key=value, or threads=N of the whole pipeline"


class StageEntry(Config):
    """A stage in pipeline.yaml."""

    uses: str | None = None
    """The component: a name in components/, or a module of your own; by default the stage's name."""
    inputs: dict[str, str] = Field(default_factory=dict)
    """For each input, the output of a stage above: stage.output."""
    requires: str | None = None
    """A blessing, as stage.output; the stage runs only if the model was blessed."""
    config: dict[str, Any] = Field(default_factory=dict)
    """The component's settings."""

    @field_validator("inputs", "config", mode="before")
    @classmethod
    def _none_to_empty(cls, value: object) -> object:
        return {} if value is None else value


class PipelineEntry(Config):
    """The content of pipeline.yaml."""

    threads: PositiveInt = 2
    """Number of TensorFlow threads; another number yields different weights."""
    stages: dict[str, StageEntry] = Field(min_length=1)
    """The stages, in the order they run."""

    @field_validator("stages", mode="before")
    @classmethod
    def _none_to_empty(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        stages = cast("dict[str, object]", value)
        return {name: dict[str, object]() if stage is None else stage for name, stage in stages.items()}


def override(document: Document, given: str) -> str:
    """Set one value of pipeline.yaml as `--set` does: `stage.key=value`, or `threads=1`.

    Args:
        document: pipeline.yaml, changed in place.
        given: the option's text.

    Returns:
        That text, without the surrogate escapes of a locale that is not UTF-8.

    Raises:
        UsageError: it does not set anything, names a stage that does not exist, or is not UTF-8.
    """
    given = _as_text(given)
    target, equals, text = given.partition("=")
    keys = target.split(".")
    if not equals or not all(keys):
        raise UsageError(f"--set {given} does not set anything", expected="stage.key=value")
    if keys == ["threads"]:
        location: Location = ("threads",)
    else:
        found = document.value.get("stages")
        stages = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
        if keys[0] not in stages:
            known = [*stages, "threads"]
            hint = nearest(keys[0], known) or f"there are {', '.join(stages)}"
            raise UsageError(f"--set {given}: there is no stage {keys[0]}", expected=EXPECTED, do=hint)
        if len(keys) == 1:
            raise UsageError(f"--set {given} names no setting of {keys[0]}", expected="stage.key=value")
        if stages[keys[0]] is None:
            stages[keys[0]] = {}
        location = ("stages", keys[0], "config", *keys[1:])
    document.override(location, text, f"--set {given}")
    return given


def _as_text(given: str) -> str:
    """Decode surrogate escapes, which Python uses in a locale that is not UTF-8."""
    try:
        return os.fsencode(given).decode()
    except UnicodeError as error:
        raise UsageError("--set is not text", found=ascii(given), expected="UTF-8") from error
