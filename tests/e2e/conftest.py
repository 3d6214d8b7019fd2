"""Fixtures of the whole pipeline."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.once import once
from tests.project import Project


@pytest.fixture(scope="session")
def champion(trained: Project) -> Path:
    """Return the folder of the bundle that the run promoted."""
    return trained.artifacts / "champion"


@pytest.fixture(scope="session")
def document(trained: Project) -> dict[str, Any]:
    """Return the record of that run."""
    return trained.json("show")


@pytest.fixture(scope="session")
def refused(trained: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a copy of that project after a run whose gate refused the same model; its output is in `printed`."""

    def make(folder: Path) -> None:
        shutil.copytree(trained.path, folder, symlinks=True)
        impossible = (
            "--set",
            "evaluate.gate.accuracy.at_least=0.9999",
            "--set",
            "evaluate.gate.recall.at_least=0.9999",
        )
        done = Project(folder, trained.environment).digits("run", *impossible, status=3)
        (folder / "printed").mkdir()
        (folder / "printed" / "stdout").write_text(done.stdout)
        (folder / "printed" / "stderr").write_text(done.stderr)

    return Project(once(tmp_path_factory, "refused", make), trained.environment)
