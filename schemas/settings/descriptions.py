"""Descriptions of settings, read from the docstring below each field."""

from __future__ import annotations

import inspect
import textwrap
from itertools import pairwise

from pydantic import BaseModel

__all__ = ["descriptions"]


def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """Return the docstring of each field of a model, including inherited fields.

    Pydantic's `use_attribute_docstrings` does this whenever a model is imported, so that every command would parse
    the source of every model.
    """
    found: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and kind is not BaseModel:
            found |= _docstrings(kind)
    return found


def _docstrings(kind: type[BaseModel]) -> dict[str, str]:
    import ast

    (body,) = ast.parse(textwrap.dedent(inspect.getsource(kind))).body
    statements = body.body if isinstance(body, ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(statements)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }
