"""Find the source code that a component depends on, by parsing it without importing it."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import schemas
from schemas.errors import UsageError
from schemas.file_cache import FileCache

if TYPE_CHECKING:
    import ast

__all__ = ["SourceCode", "read_source", "reread_source"]

ROOMS = ("schemas", "inference", "learning", "components")
HOUSE = Path(schemas.__path__[0]).parent
DIGEST = 1
"""Format of artifacts/.modules.json: increase it when digests or imports are computed differently."""


@dataclass(frozen=True)
class SourceCode:
    """The source code that a component depends on.

    Attributes:
        modules: sha256 of each module that it imports, directly or not, and its own, by dotted name.
        libraries: the other top-level names that it imports, without the standard library.
    """

    modules: dict[str, str]
    libraries: frozenset[str]


@dataclass(frozen=True)
class _Module:
    """One module: its digest, the modules it imports that count as source, and the libraries it imports."""

    digest: str
    own: tuple[str, ...]
    libraries: frozenset[str]


@cache
def read_source(component: str, project: Path, functions: tuple[str, ...] = ()) -> SourceCode:
    """Follow the import statements of a component at any depth, including those inside functions.

    Modules in the rooms (ROOMS), in the project folder and in the top-level packages of the component and of the
    functions are followed; everything else is a library. A file that has not changed since an earlier process parsed
    it is not parsed again (artifacts/.modules.json).

    Args:
        component: dotted name of the component's module.
        project: the folder of pipeline.yaml.
        functions: dotted names of the functions that its settings name; their modules count too.

    Raises:
        UsageError: a file is not Python.
    """
    roots = (component, *functions)
    own = frozenset(name.partition(".")[0] for name in roots)
    modules: dict[str, str] = {}
    libraries: set[str] = set()
    waiting = [module for name in roots for module in _with_files(name)]
    while waiting:
        name = waiting.pop()
        if name in modules:
            continue
        module = _read_module(name, own, project)
        modules[name] = module.digest
        libraries |= module.libraries
        waiting += module.own
    _parsed(project).save()
    return SourceCode(dict(sorted(modules.items())), frozenset(libraries))


def reread_source(component: str, project: Path, functions: tuple[str, ...] = ()) -> SourceCode:
    """Read the source from disk again, ignoring what this process has cached."""
    _read_module.cache_clear()
    return read_source.__wrapped__(component, project, functions)


@cache
def _parsed(project: Path) -> FileCache:
    return FileCache(project / "artifacts" / ".modules.json", f"{DIGEST} {sys.version}")


@cache
def _read_module(name: str, own: frozenset[str], project: Path) -> _Module:
    """Read a module that has a file; *own* are top-level packages that also count as source."""
    path = _file_of(name) or Path()
    digest, imports = _parsed(project).get(f"{name} {path}", lambda: (_parse(path, name), [path]))
    modules: set[str] = set()
    libraries: set[str] = set()
    for imported in imports:
        top = imported.partition(".")[0]
        if top in own.union(ROOMS) or _lies_in(top, project):
            modules.update(_with_files(imported))
        else:
            libraries.add(top)
    return _Module(digest, tuple(modules), frozenset(libraries))


def _with_files(module: str) -> list[str]:
    """List a module and its parent packages that have a file: an imported name need not be a module."""
    parts = module.split(".")
    names: list[str] = []
    for end in range(1, len(parts) + 1):
        name = ".".join(parts[:end])
        if file := _file_of(name):
            names.append(name)
            if file.name != "__init__.py":
                break  # what is below a module is no module
    return names


@cache
def _file_of(module: str) -> Path | None:
    """Return the file of a module without importing it; None if it has none."""
    top, _, rest = module.partition(".")
    for root in _roots(top):
        path = root.joinpath(*rest.split(".")) if rest else root
        if f"{path.name}.py" in _files_in(path.parent):
            return path.with_name(f"{path.name}.py")
        if "__init__.py" in _files_in(path):
            return path / "__init__.py"
    return None


@cache
def _files_in(folder: Path) -> frozenset[str]:
    """List the files of a folder with one system call, instead of one call per possible module."""
    try:
        with os.scandir(folder) as entries:
            return frozenset(entry.name for entry in entries if entry.is_file())
    except OSError:
        return frozenset()


@cache
def _roots(top: str) -> tuple[Path, ...]:
    """Return the folders of a top-level package, or the path of a top-level module without its suffix."""
    if top in ROOMS:
        return (HOUSE / top,)
    spec = importlib.util.find_spec(top) if top and top != "__main__" else None
    if spec is None:
        return ()
    if spec.submodule_search_locations:
        return tuple(map(Path, spec.submodule_search_locations))
    return (Path(spec.origin).with_suffix(""),) if spec.origin else ()


@cache
def _lies_in(top: str, project: Path) -> bool:
    return any(root.parent.resolve() == project.resolve() for root in _roots(top))


def _parse(path: Path, name: str) -> tuple[str, list[str]]:
    """Digest a module without its docstrings and comments, and list its imports without the standard library."""
    import ast

    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{path} is not Python", found=str(error)) from error
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    imports = {each for each in _imports(tree, package) if each.partition(".")[0] not in sys.stdlib_module_names}
    for node in ast.walk(tree):
        _drop_docstrings(node)
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest(), sorted(imports)


def _imports(tree: ast.Module, package: str) -> Iterator[str]:
    import ast

    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parents = package.split(".")
    kept = parents[: len(parents) - node.level + 1]
    return ".".join([*kept, node.module] if node.module else kept)


def _drop_docstrings(node: ast.AST) -> None:
    """Drop string statements: docstrings of modules, classes, functions and fields have no effect."""
    body = getattr(node, "body", None)
    if isinstance(body, list):
        body[:] = [item for item in cast("list[ast.stmt]", body) if not _is_text(item)]


def _is_text(node: ast.stmt) -> bool:
    import ast

    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
