"""The settings of a stage: strict, frozen, resolved before anything runs."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

__all__ = ["Config", "unknown_key"]


class Config(BaseModel):
    """Base of every component's settings.

    Unknown keys are refused, numbers must be finite, and nothing changes after
    validation. A field declared with `json_schema_extra={"env": "NAME"}` takes the
    environment variable NAME where that is set, over pipeline.yaml and under `--set`.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True, protected_namespaces=()
    )


def unknown_key(field: str, key: str, known: list[str]) -> ValidationError:
    """Give the error of a mapping that has a key it cannot have, for a validator to raise where the key stands.

    Args:
        field: the mapping, inside what is validated.
        key: that it has.
        known: keys that it may have.
    """
    error = PydanticCustomError("unknown_key", "{field} has no {key}", {"field": field, "key": key, "known": known})
    return ValidationError.from_exception_data(field, [{"type": error, "loc": (field, key), "input": key}])
