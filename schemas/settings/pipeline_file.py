"""What pipeline.yaml may state."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, cast

from pydantic import Field, PositiveInt, field_validator

from schemas.errors import UsageError, nearest
from schemas.settings.config import Config
from schemas.settings.document import Document, Location

__all__ = ["CHAMPION", "PipelineEntry", "Port", "StageEntry", "override"]


@dataclass(frozen=True)
class Port:
    """An output of a stage: `preprocess.examples`."""

    stage: str
    output: str

    def __str__(self) -> str:
        """Return it as pipeline.yaml writes it."""
        return f"{self.stage}.{self.output}".rstrip(".")


EXPECTED = "stage.key=value, or threads=N of the whole pipeline"
CHAMPION = Port("champion", "")
"""What the promoted bundle is named as an input: the runner gives it, or None while there is none."""


class StageEntry(Config):
    """A stage as pipeline.yaml states it."""

    uses: str | None = None
    """The component: a name in components/, or a module of your own; by default the stage's name."""
    inputs: dict[str, str] = Field(default_factory=dict)
    """For each input, the output of a stage above: stage.output."""
    requires: str | None = None
    """A blessing, as stage.output; the stage runs only where it was given."""
    config: dict[str, Any] = Field(default_factory=dict)
    """The component's settings."""

    @field_validator("inputs", "config", mode="before")
    @classmethod
    def _nothing_is_empty(cls, value: object) -> object:
        return {} if value is None else value


class PipelineEntry(Config):
    """The whole of pipeline.yaml."""

    threads: PositiveInt = 2
    """Threads of TensorFlow; another number gives other weights."""
    stages: dict[str, StageEntry] = Field(min_length=1)
    """The stages, in the order they run."""

    @field_validator("stages", mode="before")
    @classmethod
    def _nothing_is_empty(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        stages = cast("dict[str, object]", value)
        return {name: dict[str, object]() if stage is None else stage for name, stage in stages.items()}


def override(document: Document, given: str) -> str:
    """Set one value of a pipeline.yaml that was read, as `--set` gives it: `stage.key=value`, or `threads=1`.

    Args:
        document: to change.
        given: the option's text.

    Returns:
        That text, free of the escapes of a locale that is not UTF-8.

    Raises:
        UsageError: it does not set anything that is there, or is not text.
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
    """Undo the escapes of a locale that is not UTF-8."""
    try:
        return os.fsencode(given).decode()
    except UnicodeError as error:
        raise UsageError("--set is not text", found=ascii(given), expected="UTF-8") from error
