"""Make the sealed bundle of the tests: python -m tests.sealed.make.

Train a model on the embedded sample with the shipped pipeline, and keep what its bundle says. This takes two minutes.
The same versions of the libraries give the same bytes on the same kind of processor.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from schemas.artifacts.bundle import Bundle
from schemas.manifest import Manifest, hash_files, seal
from tests.project import DIGITS, shipped_project
from tests.sealed.project import BUNDLE

__all__ = ["keep", "kept"]

SAMPLE = {"source: tfds": "source: sample"}


def main() -> None:
    """Train a model, and put its bundle in the place of the sealed one."""
    with TemporaryDirectory() as name:
        project = shipped_project(Path(name) / "project", SAMPLE)
        subprocess.run([DIGITS, "-C", project.path, "run"], env=project.variables(), check=True)
        shutil.rmtree(BUNDLE)
        manifest = keep(project.artifacts / "champion", BUNDLE)
    print(f"content {manifest.content}: set CONTENT in tests/sealed/test_bundle.py to it")


def kept(bundle: Path) -> list[str]:
    """Return the files of a bundle that are kept: what its content digest covers, and its golden examples."""
    names = (*Bundle.CONTENT_FILES, *Bundle.LATER_CONTENT, Bundle.GOLDEN)
    return [name for name in names if (bundle / name).is_file()]


def keep(bundle: Path, folder: Path) -> Manifest:
    """Copy the golden examples and what the content digest of a bundle covers into a new folder, and seal it.

    The rest is left out: the SavedModel, which reading does not need, and the latency, which one machine gave.

    Args:
        bundle: folder of a bundle.
        folder: where the copy goes; it must not exist.

    Returns:
        The manifest of the copy, whose content digest is that of the bundle.
    """
    folder.mkdir()
    for name in kept(bundle):
        shutil.copyfile(bundle / name, folder / name)
    files = hash_files(folder)
    manifest = Manifest(type=Bundle.__name__, content=Bundle.content(folder, files), files=files, note=Bundle.NOTE)
    seal(folder, manifest)
    return manifest


if __name__ == "__main__":
    main()
