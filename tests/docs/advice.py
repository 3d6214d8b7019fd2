"""The commands that errors tell people to run, collected from the source without importing it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

from tests.project import HOUSE

__all__ = ["Advice", "advised_commands", "texts_of_advice"]

ROOMS = ("schemas", "inference", "learning", "components", "pipeline", "digits")
COMMAND = re.compile(r"(?<![\w'/-])(?<!install )digits ((?:-[Cf] \S+ )*[a-z][a-z-]*)([^;:(]*)")
OPTION = re.compile(r"(?<!\S)(--[a-z][a-z-]+|-[a-zA-Z])(?![\w-])")
Advice = tuple[str, str, list[str]]
"""Where it is said, the command's name, and the options that are named with it."""


def texts_of_advice() -> Iterator[tuple[str, str]]:
    """Yield each text that says what to do, and where: the argument `do` of an error, and the constants in it."""
    paths = [path for room in ROOMS for path in sorted((HOUSE / room).rglob("*.py"))]
    trees = {path: list(ast.walk(ast.parse(path.read_bytes()))) for path in paths}
    values = {path: [each.value for each in nodes if _is_advice(each)] for path, nodes in trees.items()}
    named = {"ADVICE"} | {
        part.id for found in values.values() for each in found for part in ast.walk(each) if _is_name(part)
    }
    for path, nodes in trees.items():
        for node in nodes:
            if isinstance(node, ast.Assign) and any(_is_name(each) and each.id in named for each in node.targets):
                values[path].append(node.value)
        for value in values[path]:
            yield from _texts(path, value)


def _is_advice(node: ast.AST) -> TypeGuard[ast.keyword]:
    return isinstance(node, ast.keyword) and node.arg == "do"


def _is_name(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name)


def advised_commands() -> Iterator[Advice]:
    """Yield every command of `digits` in these texts."""
    for where, text in texts_of_advice():
        for words, rest in COMMAND.findall(text):
            yield where, words.split()[-1], OPTION.findall(rest)


def _texts(path: Path, value: ast.expr) -> Iterator[tuple[str, str]]:
    """Yield the texts in an expression; what is computed in one is an X."""
    inside = {id(part) for node in ast.walk(value) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(value):
        where = f"{path.relative_to(HOUSE)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.JoinedStr):
            parts = (str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
            yield where, "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield where, node.value
