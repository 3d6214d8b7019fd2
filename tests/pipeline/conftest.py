"""Projects with toy stages."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.once import once
from tests.project import Project, toy_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project of toy stages that has not run."""
    return toy_project(tmp_path / "toy")


@pytest.fixture
def ran(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project of toy stages that has run once."""
    folder = once(tmp_path_factory, "toy", lambda path: toy_project(path).digits("run"))
    shutil.copytree(folder, tmp_path / "toy", symlinks=True)
    return Project(tmp_path / "toy", {})
