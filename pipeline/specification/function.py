"""Check that the functions that settings name exist, without importing their modules."""

from __future__ import annotations

from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.errors import UsageError, nearest

if TYPE_CHECKING:
    import ast

__all__ = ["check_function"]


def check_function(name: str, place: str) -> None:
    """Check that a module beside pipeline.yaml defines a function, or imports it under this name.

    Args:
        name: `module.function`.
        place: where pipeline.yaml names it, for errors.

    Raises:
        UsageError: there is no such module or function, or the module is not Python.
    """
    module, _, function = name.rpartition(".")
    path = _file_of(module)
    if path is None:
        where = f"{module.replace('.', '/')}.py"
        raise UsageError(
            f"{place}: there is no module {module}",
            found=name,
            expected="module.function",
            do=f"write {where} beside pipeline.yaml, with a function {function}",
        )
    known = _names(path)
    if function not in known:
        functions = sorted(each for each in known if not each.startswith("_"))
        raise UsageError(
            f"{place}: {path.name} has no function {function}",
            found=", ".join(functions) or "no function",
            expected=function,
            do=nearest(function, functions),
        )


def _file_of(module: str) -> Path | None:
    """Return the file of a module; None if it has none."""
    name, _, rest = module.partition(".")
    spec = PathFinder.find_spec(name)
    while rest and spec and spec.submodule_search_locations is not None:
        part, _, rest = rest.partition(".")
        name = f"{name}.{part}"
        spec = PathFinder.find_spec(name, spec.submodule_search_locations)
    return Path(spec.origin) if spec and spec.origin and not rest else None


def _names(path: Path) -> set[str]:
    """Return the names that a module defines or imports at its top level."""
    import ast

    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{path} is not Python", found=str(error)) from error
    return {name for statement in tree.body for name in _named(statement)}


def _named(statement: ast.stmt) -> list[str]:
    import ast

    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name.partition(".")[0] for alias in statement.names]
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    return []
