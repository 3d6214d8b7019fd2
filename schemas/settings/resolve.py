"""Settings from pipeline.yaml and the environment, checked against their model; errors say where and what."""

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

__all__ = ["resolve_settings", "validate"]

SHOWN = 80  # characters of a value that cannot be

M = TypeVar("M", bound=BaseModel)
C = TypeVar("C", bound=Config)


def resolve_settings(model: type[C], settings: dict[str, Any], document: Document, at: Location, project: Path) -> C:
    """Fill in what the environment sets, make paths absolute, and validate.

    Args:
        model: what the settings must fit.
        settings: as *document* has them.
        document: to say where a setting stands.
        at: location of the settings in the document.
        project: folder that paths in pipeline.yaml are relative to.

    Raises:
        UsageError: a setting cannot be.
    """
    filled = _with_environment(model, settings, document, at)
    return validate(model, _with_folders(model, filled, document, at, project), document, at)


def validate(model: type[M], value: object, document: Document, at: Location) -> M:
    """Check a value against its model, strictly; raises UsageError for the first thing that cannot be."""
    try:
        return model.model_validate_json(json.dumps(value, default=str), strict=True)
    except ValidationError as error:
        raise _explain(model, error, document, at) from None


def _with_environment(
    model: type[Config], settings: dict[str, Any], document: Document, at: Location
) -> dict[str, Any]:
    """Fill in the fields that environment variables set: over the file, under `--set`."""
    filled = dict(settings)
    for name, info in model.model_fields.items():
        extra = info.json_schema_extra
        variable = cast("dict[str, Any]", extra).get("env") if isinstance(extra, dict) else None
        value = os.environ.get(variable) if isinstance(variable, str) else None
        if not value or _is_overridden(document, (*at, name)):
            continue
        place = f"environment variable {variable}"
        try:
            filled[name] = TypeAdapter[Any](cast("Any", info.annotation)).validate_strings(value)
        except ValidationError as error:
            raise UsageError(f"{place}: not a valid value", found=repr(value), expected=_said(error)) from None
        document.places[(*at, name)] = place
    return filled


def _is_overridden(document: Document, location: Location) -> bool:
    """Tell whether `--set` gave this setting, or the whole it stands in and that holds it."""
    return document.places.get(location, "").startswith("--set")


def _with_folders(
    model: type[Config], settings: dict[str, Any], document: Document, at: Location, project: Path
) -> dict[str, Any]:
    """Make paths absolute: those of pipeline.yaml lie in the project, others in the current folder."""
    filled = dict(settings)
    for name, info in model.model_fields.items():
        is_path = Path in (info.annotation, *typing.get_args(info.annotation))
        if is_path and isinstance(filled.get(name), str | Path):
            start = project if document.place((*at, name)).startswith(document.name) else Path()
            try:
                filled[name] = str((start / Path(filled[name]).expanduser()).absolute())
            except RuntimeError as error:
                raise UsageError(f"{document.place((*at, name))}: there is no such home", found=filled[name]) from error
        elif isinstance(filled.get(name), list):
            inner = [item for item in typing.get_args(info.annotation) if isinstance(item, type)]
            items = enumerate(cast("list[Any]", filled[name]))
            filled[name] = [_with_folders_in(inner, item, document, (*at, name, i), project) for i, item in items]
    return filled


def _with_folders_in(kinds: list[type], item: Any, document: Document, at: Location, project: Path) -> Any:  # noqa: ANN401
    """Do the same for one item of a list, where that may hold configs."""
    models = [kind for kind in kinds if issubclass(kind, Config)]
    if not models or not isinstance(item, dict):
        return item
    return _with_folders(models[0], cast("dict[str, Any]", item), document, at, project)


def _said(error: ValidationError) -> str:
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
        return UsageError(f"{place}: {name}: {_said(error)}")
    return UsageError(f"{place}: {name}: not a valid value", found=_shown(first["input"]), expected=_said(error))


def _shown(value: object) -> str:
    """Return a value as pipeline.yaml writes it."""
    if value is None or isinstance(value, bool):
        return "nothing" if value is None else str(value).lower()
    text = repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def _fields_at(model: type[BaseModel], location: Location) -> dict[str, FieldInfo]:
    """Return the fields of the model at a location inside another model."""
    for key in location:
        info = model.model_fields.get(str(key))
        if info is None:
            continue  # the key of a mapping: its model was found one step above
        candidates = (info.annotation, *typing.get_args(info.annotation))
        models = [item for item in candidates if isinstance(item, type) and issubclass(item, BaseModel)]
        model = models[0] if models else model
    return model.model_fields
