"""Write a bundle into the tree that TensorFlow Serving reads: one folder per version, named by a rising integer."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from pipeline.history import hold
from schemas.artifacts.bundle import Bundle
from schemas.errors import InputError
from schemas.manifest import copy_folder, fsync, make_folder, naming, rename

__all__ = ["write_serving_tree"]

DRAFT = ".digits-draft"
"""A name that TensorFlow Serving takes for no version."""
ORIGIN = Path("assets.extra", "digits.json")
"""Says which bundle a version is; TensorFlow reads nothing of this folder of a SavedModel."""


def write_serving_tree(bundle: Path, content: str, to: Path) -> int:
    """Write a bundle's SavedModel as the highest version, and return its number; the highest may be it already.

    The folder of the version appears with all its files, already on disk.

    Args:
        bundle: folder of the bundle.
        content: its content digest.
        to: the model's folder; it is made if it is missing.

    Raises:
        InputError: the bundle has no SavedModel, or *to* is a file.
    """
    source = bundle / Bundle.SAVED_MODEL
    if not (source / "saved_model.pb").is_file():
        raise InputError(f"{bundle.name} has no SavedModel", expected=str(source), do="digits run exports it")
    if to.exists() and not to.is_dir():
        raise InputError(f"{to} is a file", expected="a folder")
    make_folder(to)
    with hold(to):
        highest = max((int(each.name) for each in to.iterdir() if each.name.isdecimal()), default=0)
        if _origin(to / str(highest)) == content:
            return highest
        draft = to / DRAFT
        shutil.rmtree(draft, ignore_errors=True)
        copy_folder(source, draft)
        (draft / ORIGIN).parent.mkdir(exist_ok=True)
        origin = {"version": bundle.resolve().name, "content": content}
        with naming(draft / ORIGIN):
            (draft / ORIGIN).write_text(json.dumps(origin) + "\n", encoding="utf-8")
        for folder, _, files in os.walk(draft):
            for name in files:
                fsync(Path(folder, name))
            fsync(Path(folder))
        rename(draft, to / str(highest + 1))
        fsync(to)
        return highest + 1


def _origin(version: Path) -> str | None:
    """Return the content digest of the bundle that a version is; None if it is not one of ours."""
    try:
        return json.loads((version / ORIGIN).read_bytes()).get("content")
    except (OSError, ValueError, AttributeError):
        return None
