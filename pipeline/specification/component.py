"""Read a component's contract from the type annotations of its function."""

from __future__ import annotations

import importlib
import inspect
import traceback
import typing
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel

import components
from schemas.artifacts.artifact import Artifact, Output
from schemas.errors import UsageError, nearest
from schemas.settings.config import Config

__all__ = ["Component", "load_component"]


@dataclass(frozen=True)
class Component:
    """A plain function with the types of its inputs, outputs and settings.

    Attributes:
        module: dotted name: `components.train`, or a module of the user.
        function: takes input artifacts, outputs and one config, by keyword.
        inputs: type of each input artifact.
        optional: the inputs that may be None.
        outputs: type of each output artifact.
        config: type of its settings.
        config_name: the parameter that takes the settings; None if the function has none.
    """

    module: str
    function: Callable[..., None]
    inputs: dict[str, type[Artifact]]
    optional: frozenset[str]
    outputs: dict[str, type[Artifact]]
    config: type[Config]
    config_name: str | None


def load_component(uses: str, place: str) -> Component:
    """Import a component and read its contract.

    Args:
        uses: a name in components/, or the dotted name of a module with a function named like its last part.
        place: where pipeline.yaml names it, for errors.

    Raises:
        UsageError: There is no such component, it cannot be imported, or its annotations are no valid contract.
    """
    name = uses if "." in uses else f"components.{uses}"
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"{place}: {uses} is not a module name", expected="a name, or names joined by dots")
    module = _import(name, uses, place)
    function = getattr(module, name.rpartition(".")[2], None)
    if not inspect.isfunction(function):
        raise UsageError(f"{place}: {uses} is not a component", expected=f"a function {name.rpartition('.')[2]}")
    try:
        hints = typing.get_type_hints(function)
    except Exception as error:
        raise UsageError(
            f"{place}: the type annotations of {uses} cannot be resolved",
            found=str(error),
            do="import the types at the top of its module",
        ) from error
    return _contract(name, function, hints, place)


def _import(name: str, uses: str, place: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise _import_error(uses, place, error) from error
        known = _known_components()
        hint = nearest(uses, known) or f"the components are {', '.join(known)}"
        raise UsageError(f"{place}: there is no component {uses}", found=f"no module {error.name}", do=hint) from error
    except (Exception, SystemExit) as error:
        raise _import_error(uses, place, error) from error


def _import_error(uses: str, place: str, error: BaseException) -> UsageError:
    last = traceback.extract_tb(error.__traceback__)[-1]
    where = "" if isinstance(error, SyntaxError) else f" ({last.filename}:{last.lineno})"
    return UsageError(f"{place}: {uses} cannot be imported", found=f"{type(error).__name__}: {error}{where}")


def _known_components() -> list[str]:
    folder = Path(components.__path__[0])
    return sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")


def _contract(name: str, function: Callable[..., None], hints: dict[str, Any], place: str) -> Component:
    inputs: dict[str, type[Artifact]] = {}
    optional: set[str] = set()
    outputs: dict[str, type[Artifact]] = {}
    config: type[Config] = Config
    config_name: str | None = None
    for parameter in inspect.signature(function).parameters:
        hint: Any = hints.get(parameter)
        kinds = [kind for kind in typing.get_args(hint) if kind is not type(None)]
        if typing.get_origin(hint) is Output and _is_subclass(typing.get_args(hint)[0], Artifact):
            outputs[parameter] = typing.get_args(hint)[0]
        elif _is_subclass(hint, Artifact):
            inputs[parameter] = hint
        elif len(kinds) == 1 and hint == kinds[0] | None and _is_subclass(kinds[0], Artifact):
            inputs[parameter] = kinds[0]
            optional.add(parameter)
        elif _is_subclass(hint, Config):
            config, config_name = hint, parameter
        elif _is_subclass(hint, BaseModel):
            raise UsageError(
                f"{place}: {name}: the settings {hint.__name__} are no Config",
                found=f"class {hint.__name__}(BaseModel)",
                expected=f"class {hint.__name__}(Config): strict, immutable, and part of the fingerprint",
                do="from schemas.settings.config import Config, and derive from it; its fields stay as they are",
            )
        else:
            lacks = "no type annotation" if hint is None else "a type annotation that is not part of a contract"
            raise UsageError(
                f"{place}: {name}: parameter {parameter} has {lacks}",
                found="" if hint is None else str(hint),
                expected="an Artifact, an Output[Artifact] or a Config",
            )
    return Component(name, function, inputs, frozenset(optional), outputs, config, config_name)


def _is_subclass(hint: object, base: type) -> bool:
    return isinstance(hint, type) and issubclass(hint, base)
