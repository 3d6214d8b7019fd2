"""A project whose champion is the sealed bundle."""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.promotions import begin_anew
from schemas.artifacts.bundle import Bundle
from tests.project import Project, shipped_project

__all__ = ["BUNDLE", "sealed_project"]

BUNDLE = Path(__file__).with_name("bundle")


def sealed_project(folder: Path) -> Project:
    """Make a project with the pipeline.yaml that ships, whose only bundle and champion is the sealed one.

    Nothing has run in it: its store holds neither executions nor the artifacts that the bundle was made from.

    Args:
        folder: of the project; it must not exist.
    """
    project = shipped_project(folder)
    version = Path("store", "export", "bundle", f"v0001-{Bundle(BUNDLE).digest[:8]}")
    shutil.copytree(BUNDLE, project.artifacts / version)
    for path in (project.artifacts / version).iterdir():
        path.chmod(0o444)  # as the store has them, which git does not keep
    (project.artifacts / "champion").symlink_to(version)
    begin_anew(project.artifacts)
    return project
