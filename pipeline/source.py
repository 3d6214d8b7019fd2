"""The source code a component depends on, read with ast and never imported."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import cast

import schemas
from schemas.errors import UsageError

__all__ = ["SourceCode", "library_versions", "read_source", "reread_source"]

ROOMS = ("schemas", "inference", "learning", "components")
HOUSE = Path(schemas.__path__[0]).parent
# Where the name of an import is not that of its distribution; others are looked up, which takes long.
DISTRIBUTIONS = {"sklearn": "scikit-learn", "yaml": "pyyaml", "cv2": "opencv-python-headless", "PIL": "pillow"}


@dataclass(frozen=True)
class SourceCode:
    """What a component's code is made of.

    Attributes:
        modules: hash of each module it reaches, its own included, by dotted name.
        libraries: top-level names it imports that are neither such modules nor the standard library.
    """

    modules: dict[str, str]
    libraries: frozenset[str]


@dataclass(frozen=True)
class _Module:
    digest: str
    imports: frozenset[str]


@cache
def read_source(component: str, project: Path) -> SourceCode:
    """Follow the import statements of a component, at any depth and inside functions too.

    Followed are the rooms that stages are made of, what lies in the project's own folder and the
    component's top-level package; everything else is a library.

    Args:
        component: dotted name of its module.
        project: the folder of pipeline.yaml.
    """
    own = {*ROOMS, component.partition(".")[0]}
    modules: dict[str, str] = {}
    libraries: set[str] = set()
    waiting = _with_packages(component)
    while waiting:
        name = waiting.pop()
        path = _file_of(name)
        if name in modules or path is None:
            continue  # None: a name imported from a module, or a folder without __init__.py
        module = _read_module(path, name)
        modules[name] = module.digest
        for imported in module.imports:
            top = imported.partition(".")[0]
            if top in own or _lies_in(top, project):
                waiting += _with_packages(imported)
            elif top not in sys.stdlib_module_names:
                libraries.add(top)
    return SourceCode(dict(sorted(modules.items())), frozenset(libraries))


def reread_source(component: str, project: Path) -> SourceCode:
    """Read the source as it is on disk now, whatever was read before."""
    _read_module.cache_clear()
    return read_source.__wrapped__(component, project)


@cache
def _file_of(module: str) -> Path | None:
    """Find the file of a module without importing it; None where there is none."""
    top, _, rest = module.partition(".")
    for root in _roots(top):
        path = root.joinpath(*rest.split(".")) if rest else root
        for candidate in (path.with_name(f"{path.name}.py"), path / "__init__.py"):
            if candidate.is_file():
                return candidate
    return None


@cache
def _roots(top: str) -> tuple[Path, ...]:
    """Give the folders of a top-level package, or the path of a module without its suffix."""
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


@cache
def library_versions(libraries: frozenset[str]) -> dict[str, str]:
    """Give the installed version of each imported library by the name of its distribution.

    A library that is not installed has the version 'missing'; one without a distribution
    (a folder on Python's path) has 'unknown'.
    """
    versions: dict[str, str] = {}
    for library in sorted(libraries):
        found = _distribution_of(library)
        if found is None:
            versions[library] = "unknown" if importlib.util.find_spec(library) else "missing"
        else:
            versions[found.metadata["Name"]] = found.metadata["Version"]
    return versions


def _distribution_of(library: str) -> metadata.Distribution | None:
    try:
        return metadata.distribution(DISTRIBUTIONS.get(library, library))
    except metadata.PackageNotFoundError:
        names = metadata.packages_distributions().get(library)
        return metadata.distribution(names[0]) if names else None


@cache
def _read_module(path: Path, name: str) -> _Module:
    try:
        tree = ast.parse(path.read_bytes(), str(path))
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"{path} is not Python", found=str(error)) from error
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    imports = frozenset(_imports(tree, package))
    for node in ast.walk(tree):
        _drop_docstrings(node)
    return _Module(hashlib.sha256(ast.dump(tree).encode()).hexdigest(), imports)


def _imports(tree: ast.Module, package: str) -> Iterator[str]:
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
    """Drop the strings that stand alone: docstrings of modules, classes, functions and fields do nothing."""
    body = getattr(node, "body", None)
    if isinstance(body, list):
        body[:] = [item for item in cast("list[ast.stmt]", body) if not _is_text(item)]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _with_packages(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
