"""Projects of toy stages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.project import Project, toy_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Give a project of toy stages that has not run."""
    return toy_project(tmp_path / "toy")


@pytest.fixture
def ran(project: Project) -> Project:
    """Give a project of toy stages that has run once."""
    project.digits("run")
    return project
