"""The settings of a stage: strict, frozen, resolved before anything runs."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

__all__ = ["Config"]


class Config(BaseModel):
    """Base of every component's settings.

    Unknown keys are refused, numbers must be finite, and nothing changes after
    validation. A field declared with `json_schema_extra={"env": "NAME"}` takes the
    environment variable NAME where that is set, over pipeline.yaml and under `--set`.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True, protected_namespaces=()
    )
