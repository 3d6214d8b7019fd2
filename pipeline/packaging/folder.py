"""Write the folder from which an image is built: all of it, or nothing."""

from __future__ import annotations

import os
import shutil
import sys
from importlib.resources import files
from pathlib import Path

from inference.model.bundle import LoadedBundle, read_manifest
from inference.model.pinned import check_content
from pipeline.packaging.wheel import build_wheel
from schemas.errors import InputError, UsageError
from schemas.manifest import copy_folder, fsync, naming

__all__ = ["write_folder"]

FILLED = ("Containerfile", "README.md", "kubernetes.yaml", "kserve.yaml")
COPIED = ("requirements.txt", "sbom.cdx.json", "ecs.json", ".dockerignore")


def write_folder(bundle: Path, to: Path, content: str = "") -> str:
    """Write the model, the server's wheel, what it requires, the Containerfile and the manifests of clouds.

    The same bundle and the same version of digits produce the same bytes; the Containerfile names the Python that runs.

    Args:
        bundle: its folder, or a link to it.
        to: the folder to make; it must not exist, or be empty.
        content: the content digest that the bundle must have; '' for any.

    Returns:
        The version of the model, which is also the tag of the image.

    Raises:
        InputError: the bundle is damaged, or is none.
        UsageError: the folder has files, or its parent does not exist.
    """
    _check(to)
    loaded = LoadedBundle.read(bundle, content)
    version = loaded.version
    draft = to.with_name(f".{to.name}.{os.urandom(8).hex()}")
    try:  # a signal may come as soon as the folder is there
        draft.mkdir(mode=0o700)
        _copy_model(bundle.resolve(), draft / "model" / version, loaded.content)
        with naming(draft):
            wheel = build_wheel(draft)
        filled = {
            "{version}": version,
            "{content}": loaded.content,
            "{wheel}": wheel.name,
            "{python}": f"{sys.version_info.major}.{sys.version_info.minor}",
        }
        with naming(draft):
            _write_container(draft, filled)
        _make_durable(draft)
        draft.replace(to)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    fsync(to.parent)
    return version


def _check(to: Path) -> None:
    if not to.parent.is_dir():
        raise UsageError(f"--to {to}: there is no folder {to.parent}", do="create it first")
    if to.is_symlink() or (to.exists() and not to.is_dir()):
        raise UsageError(f"--to {to} is not a folder", expected="the name of a new folder, or an empty one")
    if to.is_dir() and (found := sorted(each.name for each in to.iterdir())):
        raise UsageError(
            f"--to {to} is not empty",
            found=", ".join(found[:5]),
            expected="the name of a new folder, or an empty one",
            do=f"rm -r {to}, or name another",
        )


def _copy_model(bundle: Path, to: Path, content: str) -> None:
    """Copy a sealed bundle, whole; the copy must be intact and have the content digest."""
    copy_folder(bundle, to)
    manifest = read_manifest(to)
    check_content(manifest.content, content, str(bundle))
    if damaged := sorted(manifest.damage(to)):
        raise InputError(
            f"{bundle} is damaged", found=", ".join(damaged), expected="its sealed content", do="digits run"
        )


def _write_container(draft: Path, filled: dict[str, str]) -> None:
    source = files("pipeline.packaging") / "container"
    for name in (*FILLED, *COPIED):
        text = (source / name).read_text(encoding="utf-8")
        if name in FILLED:
            for placeholder, value in filled.items():
                text = text.replace(placeholder, value)
        (draft / name).write_text(text, encoding="utf-8")


def _make_durable(draft: Path) -> None:
    """Give every file and folder the permissions that an image needs, whatever the umask, and flush it to disk."""
    for folder, _, names in os.walk(draft, topdown=False):
        for name in names:
            (Path(folder) / name).chmod(0o644)
            fsync(Path(folder) / name)
        Path(folder).chmod(0o755)
        fsync(Path(folder))
