"""Import a function that a user wrote beside pipeline.yaml, and name it where it fails."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable
from typing import Any

from schemas.errors import StageError

__all__ = ["own_function"]


def own_function(name: str) -> Callable[..., Any]:
    """Return a function of the user's; whatever it raises, it raises as a StageError that says where.

    Args:
        name: `module.function`.

    Raises:
        StageError: the module cannot be imported, or has no such function.
    """
    module, _, attribute = name.rpartition(".")
    try:
        function: Any = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise StageError(f"{name} cannot be imported", found=_in_words(error)) from error
    if not callable(function):
        raise StageError(f"{name} is not a function", found=type(function).__name__, expected="a function")

    def call(*arguments: Any) -> Any:  # noqa: ANN401  (what a user's function takes and returns)
        try:
            return function(*arguments)
        except Exception as error:
            raise StageError(f"{name} failed", found=_in_words(error)) from error

    return call


def _in_words(error: Exception) -> str:
    """Return an error with the file and line that raised it."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({last.filename}:{last.lineno})"
