"""Validate settings from pipeline.yaml and the environment; errors name the place and the value."""

from __future__ import annotations

import json
import os
import typing
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from schemas.errors import UsageError, nearest
from schemas.settings.config import Config
from schemas.settings.document import Document, Location

__all__ = ["fill", "validate", "variables_of"]

SHOWN = 80  # characters of an invalid value in an error

M = TypeVar("M", bound=BaseModel)


def variables_of(model: type[Config]) -> list[str]:
    """Return the environment variables that override settings of a model."""
    return [variable for info in model.model_fields.values() if (variable := _variable(info))]


def fill(
    model: type[Config], settings: dict[str, Any], document: Document, at: Location, project: Path
) -> dict[str, Any]:
    """Apply environment variables and make paths absolute; return the settings, not validated.

    Args:
        model: the model of the settings.
        settings: the values in *document*.
        document: knows the place of each setting, for errors.
        at: location of the settings in the document.
        project: folder that paths in pipeline.yaml are relative to.

    Raises:
        UsageError: an environment variable is not valid, or there is no such home folder.
    """
    filled = _with_environment(model, settings, document, at)
    return _with_absolute_paths(model, filled, document, at, project)


def validate(model: type[M], value: object, document: Document, at: Location) -> M:
    """Validate a value strictly against its model; raises UsageError for the first invalid part."""
    try:
        return model.model_validate_json(json.dumps(value, default=str), strict=True)
    except ValidationError as error:
        raise _explain(model, error, document, at) from None


def _with_environment(
    model: type[Config], settings: dict[str, Any], document: Document, at: Location
) -> dict[str, Any]:
    """Apply environment variables: they override the file, and `--set` overrides them."""
    filled = dict(settings)
    for name, info in model.model_fields.items():
        variable = _variable(info)
        value = os.environ.get(variable)
        if not value or _is_overridden(document, (*at, name)):
            continue
        place = f"environment variable {variable}"
        try:
            filled[name] = TypeAdapter[Any](cast("Any", info.annotation)).validate_strings(value)
        except ValidationError as error:
            raise UsageError(f"{place}: not a valid value", found=repr(value), expected=_message(error)) from None
        document.places[(*at, name)] = place
    return filled


def _variable(info: FieldInfo) -> str:
    """Return the environment variable that overrides a setting, or ''."""
    extra = info.json_schema_extra
    return cast("dict[str, Any]", extra).get("env", "") if isinstance(extra, dict) else ""


def _is_overridden(document: Document, location: Location) -> bool:
    """Return whether `--set` set this setting or a mapping around it."""
    return document.places.get(location, "").startswith("--set")


def _with_absolute_paths(
    model: type[Config], settings: dict[str, Any], document: Document, at: Location, project: Path
) -> dict[str, Any]:
    """Make paths absolute: those in pipeline.yaml are relative to the project, others to the current folder."""
    filled = dict(settings)
    for name, info in model.model_fields.items():
        is_path = Path in (info.annotation, *typing.get_args(info.annotation))
        if is_path and isinstance(filled.get(name), str | Path):
            start = project if document.place((*at, name)).startswith(document.name) else Path()
            try:
                filled[name] = str((start / Path(filled[name]).expanduser()).absolute())
            except RuntimeError as error:
                raise UsageError(
                    f"{document.place((*at, name))}: there is no such home folder", found=filled[name]
                ) from error
        elif isinstance(filled.get(name), list):
            inner = [item for item in typing.get_args(info.annotation) if isinstance(item, type)]
            items = enumerate(cast("list[Any]", filled[name]))
            filled[name] = [_absolute_in_item(inner, item, document, (*at, name, i), project) for i, item in items]
    return filled


def _absolute_in_item(kinds: list[type], item: Any, document: Document, at: Location, project: Path) -> Any:  # noqa: ANN401
    """Make paths absolute in one item of a list, if it is a config."""
    models = [kind for kind in kinds if issubclass(kind, Config)]
    if not models or not isinstance(item, dict):
        return item
    return _with_absolute_paths(models[0], cast("dict[str, Any]", item), document, at, project)


def _message(error: ValidationError) -> str:
    """Return pydantic's first message in plain words."""
    text = error.errors()[0]["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    text = text.partition(", unable")[0]
    if text.startswith(("a valid dictionary", "an object")):
        return "settings, as key: value"
    return text.replace("a valid tuple", "a list").replace("a valid array", "a list")


def _explain(model: type[BaseModel], error: ValidationError, document: Document, at: Location) -> UsageError:
    first = error.errors()[0]
    location: Location = first["loc"]
    place = document.place((*at, *location))
    path = ".".join(map(str, location))
    if first["type"] in {"extra_forbidden", "unknown_key"}:
        known: list[str] = first.get("ctx", {}).get("known") or list(_fields_at(model, location[:-1]))
        where = f" in {at[1]}" if len(at) > 1 else ""
        return UsageError(
            f'{place}: unknown key "{path}"{where}',
            expected=", ".join(known) or "no settings",
            do=nearest(str(location[-1]), known),
        )
    name = ".".join(filter(None, (*map(str, at[1:2]), path)))
    if first["type"] == "missing":
        return UsageError(f"{place}: {name} is missing")
    if first["type"] == "value_error":
        return UsageError(f"{place}: {name}: {_message(error)}")
    return UsageError(
        f"{place}: {name}: not a valid value", found=_format_value(first["input"]), expected=_message(error)
    )


def _format_value(value: object) -> str:
    """Return a value as it is written in pipeline.yaml."""
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def _fields_at(model: type[BaseModel], location: Location) -> dict[str, FieldInfo]:
    """Return the fields of the nested model at a location."""
    for key in location:
        info = model.model_fields.get(str(key))
        if info is None:
            continue  # a key of a mapping: the step above found its model
        candidates = (info.annotation, *typing.get_args(info.annotation))
        models = [item for item in candidates if isinstance(item, type) and issubclass(item, BaseModel)]
        model = models[0] if models else model
    return model.model_fields
