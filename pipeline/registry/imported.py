"""Take a bundle that was made elsewhere into a project's store."""

from __future__ import annotations

import shutil
from pathlib import Path

from inference.model.bundle import read_manifest
from inference.model.pinned import check_content
from inference.model.selftest import selftest
from pipeline.registry.archive import read_archive, read_folder
from pipeline.store import Store
from schemas.artifacts.bundle import Bundle
from schemas.artifacts.formats import formats_in
from schemas.errors import InputError, UsageError
from schemas.manifest import MANIFEST, hash_file
from schemas.records.execution import Version

__all__ = ["IMPORTED", "import_bundle"]

IMPORTED = "imported"
"""Stands where the name of a stage stands in the paths of other bundles."""


def import_bundle(file: Path, store: Store, sha256: str = "", content: str = "") -> Version:
    """Publish the bundle in a zip file or a folder as `store/imported/bundle/v0001-...`; no gate has judged it here.

    Every file is compared with its hash, and the bundle with the digests that it must have, before anything opens its
    network. A bundle that was imported before is not published again.

    Args:
        file: that `digits export` has written, or the folder of a bundle.
        store: of the project.
        sha256: that the file must have, in hexadecimal; empty for any, and for a folder.
        content: content digest that the bundle must have, in hexadecimal; empty for any.

    Raises:
        InputError: the file is another one, it holds no bundle or another one, the bundle is damaged or does not answer
            its golden examples, or it was imported before with fewer formats.
        UsageError: the hash of a file is stated for a folder.
    """
    found = _digest(file, sha256)
    with store.lock(IMPORTED, lambda: None):
        workspace = store.open_workspace(IMPORTED, found, ["bundle"])
        folder = workspace.outputs["bundle"]
        try:
            manifest = read_folder(file, folder) if file.is_dir() else read_archive(file, folder)
            check_content(manifest.content, content, str(file))
            _prove(file, folder)
            (folder / MANIFEST).unlink()  # the store writes its own
            formats = formats_in(folder)
            published = store.publish(IMPORTED, workspace, {"bundle": Bundle}, None)
        finally:
            shutil.rmtree(workspace.root, ignore_errors=True)
    store.save_stat_cache()
    _check_formats(store.artifacts / published["bundle"].path, formats)
    return published["bundle"]


def _digest(file: Path, sha256: str) -> str:
    """Return the hash of a file, which must be the stated one, or the content digest of a folder."""
    if file.is_dir():
        if sha256:
            do = f"digits import {file}@DIGEST states the content digest of a folder"
            raise UsageError("--sha256 is the hash of a file", found=f"{file}, a folder", do=do)
        return read_manifest(file).content
    if not file.is_file():
        raise InputError(f"{file} cannot be read", found="no such file")
    found = hash_file(file)
    if sha256 and found != sha256.lower():
        raise InputError(f"{file} is another file", found=found, expected=sha256, do="get the file again")
    return found


def _check_formats(published: Path, formats: list[str]) -> None:
    if lacking := sorted(set(formats) - set(formats_in(published))):
        raise InputError(
            f"the model was imported before, without {', '.join(lacking)}",
            found=str(published),
            do=f"rm -r {published}, and import the file again",
        )


def _prove(file: Path, folder: Path) -> None:
    proof = selftest(folder)
    if not proof.sound:
        problems = [each.problem for each in proof.formats if each.problem]
        raise InputError(
            f"the model in {file} is not proven",
            found="; ".join(problems) or "no golden examples",
            expected="the answers that it gave when it was exported",
            do="install the versions of requirements.lock, or have the model exported again",
        )
