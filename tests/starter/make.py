"""Make the starter model that is shipped: python -m tests.starter.make.

Train on the full MNIST, whose four files are in the folder that MNIST_FILES names, with the shipped pipeline.yaml and
SETTINGS: a larger network that learns for longer, also from digits saved in many ways. What its bundle says and the
record of the run go into inference/starter. This takes five minutes of a free machine. The same versions of the
libraries give the same bytes on the same kind of processor.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.registry.starter import STARTER
from schemas.artifacts.bundle import Bundle
from schemas.manifest import MANIFEST
from tests.project import DIGITS, shipped_project
from tests.samples import seal
from tests.sealed.make import keep

__all__ = ["RUN"]

RUN = "incidental/run.json"
"""The record of the run; not part of the content digest."""
SETTINGS = "train.recipe=best", "train.saved=500"
"""Settings that differ from those of pipeline.yaml."""


def main() -> None:
    """Train a model, and put its bundle in the place of the starter model."""
    files = os.environ["MNIST_FILES"]
    with TemporaryDirectory() as name:
        project = shipped_project(Path(name) / "project")
        project.environment.update({"DIGITS_TFDS_MANUAL_DIR": files, "DIGITS_OFFLINE": "1"})
        command = [DIGITS, "-C", project.path, "run", *(f"--set={each}" for each in SETTINGS)]
        subprocess.run(command, env=project.variables(), check=True)
        record = (project.artifacts / "latest" / "run.json").read_text(encoding="utf-8")
        shutil.rmtree(STARTER, ignore_errors=True)
        keep(project.artifacts / "champion", STARTER)
    (STARTER / MANIFEST).unlink()
    (STARTER / RUN).parent.mkdir()
    (STARTER / RUN).write_text(record, encoding="utf-8")
    print(f"content {seal(Bundle, STARTER).digest}: set CONTENT in tests/starter/test_starter.py to it")


if __name__ == "__main__":
    main()
