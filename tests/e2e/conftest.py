"""What tests of the whole pipeline look at."""

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
    """Give the record of that run."""
    return trained.json("show")


@pytest.fixture(scope="session")
def refused(trained: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return that project after a second run, whose gate refused the same model; it has what was said in `told`."""

    def make(folder: Path) -> None:
        shutil.copytree(trained.path, folder, symlinks=True)
        impossible = (
            "--set",
            "evaluate.gate.accuracy.at_least=0.9999",
            "--set",
            "evaluate.gate.recall.at_least=0.9999",
        )
        done = Project(folder, trained.environment).digits("run", *impossible, status=3)
        (folder / "told").mkdir()
        (folder / "told" / "stdout").write_text(done.stdout)
        (folder / "told" / "stderr").write_text(done.stderr)

    return Project(once(tmp_path_factory, "refused", make), trained.environment)
