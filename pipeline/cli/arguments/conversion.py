"""Conversion of a command's arguments without pydantic, where nothing has to be checked.

Typer converts every argument with pydantic, which takes longer to import than a cached run needs for its work.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

__all__ = ["convert_lightly"]


class _Conversion:
    """Stands in for typer's conversion of a parameter until one has to be checked."""

    def coerce(self, value: Any, param: Any, ctx: Any) -> Any:  # noqa: ANN401  (typer does not show the types)
        """Return the value of a parameter as the command takes it."""
        annotation = param.type_descriptor.annotation
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        if isinstance(annotation, type) and isinstance(value, annotation):
            return value
        if annotation == list[str]:
            return list(value)
        if annotation is Path:
            return Path(value)
        param._runtime_param = None  # noqa: SLF001  (typer builds its own when it finds none)
        return param.get_runtime_param().coerce(value, param=param, ctx=ctx)


LIGHT = _Conversion()


def convert_lightly(parameters: list[Any]) -> list[Any]:
    """Let typer convert these parameters without pydantic where it can be done; return them."""
    for parameter in parameters:
        if getattr(parameter, "_runtime_param", LIGHT) is None:
            parameter._runtime_param = LIGHT  # noqa: SLF001  (there is no public way to pass one)
    return parameters
