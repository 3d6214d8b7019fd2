"""What vouches for a bundle that a path names: the project's store, or the installation."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from inference.model.bundle import content_in
from inference.model.pinned import pin, unknown
from pipeline.registry.bundles import bundles
from pipeline.registry.starter import find_starter
from schemas.errors import InputError
from schemas.manifest import Manifest

__all__ = ["is_vouched_for", "not_vouched_for"]


def is_vouched_for(artifacts: Path | None, folder: Path, content: str) -> bool:
    """Return whether a bundle is the starter model, or in the store of the project, or a copy of one there.

    Args:
        artifacts: of the project that the command works in; None if there is none.
        folder: of the bundle, links resolved.
        content: its digest as its manifest states it; whoever reads its files compares them with it.
    """
    starter = find_starter()
    if starter and folder == starter.resolve():
        return True
    stored = [artifacts / path for path in bundles(artifacts)] if artifacts else []
    if any(each.resolve() == folder for each in stored):
        return True
    return any(_content(each) == content for each in stored if each.name.endswith(f"-{content[:8]}"))


def not_vouched_for(name: str, folder: Path, *, in_project: bool) -> InputError:
    """Return the error for a bundle that nothing vouches for, with the commands that change that.

    Args:
        name: what the user calls it.
        folder: of the bundle, links resolved.
        in_project: whether the command works in a project, which could import it.

    Raises:
        InputError: it is not a sealed bundle, or a file differs from its hash.
    """
    content = content_in(folder)
    again, take_in = _again(name, pin(name, content)), shlex.join(["digits", "import", pin(name, content)])
    return unknown(name, content, f"{again}; or {take_in} takes it into this project" if in_project else again)


def _content(folder: Path) -> str:
    manifest = Manifest.read(folder)
    return manifest.content if manifest else ""


def _again(name: str, pinned: str) -> str:
    """Return the command of this process with the pinned name in the place of the bare one."""
    words = [f"{word[: -len(name)]}{pinned}" if _names(word, name) else word for word in sys.argv[1:]]
    if words != sys.argv[1:]:
        return shlex.join(["digits", *words])
    if os.environ.get("DIGITS_MODEL"):
        return f"DIGITS_MODEL={shlex.quote(pinned)} {shlex.join(['digits', *words])}"
    return f"pass {shlex.quote(pinned)}"


def _names(word: str, name: str) -> bool:
    return word in {name, f"--model={name}"}
