"""What pipeline.yaml may state."""

from __future__ import annotations

from typing import Any, cast

from pydantic import Field, PositiveInt, field_validator

from schemas.config import Config

__all__ = ["PipelineEntry", "StageEntry"]


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
