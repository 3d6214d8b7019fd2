"""The whole pipeline on the embedded sample, shortened, run once for all that look at it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.project import HOUSE, Project

SHORTENED = {
    "source: tfds": "source: sample",
    "recipe: standard": "recipe: standard\n      steps: 200\n      rounds: 4",
    "gate: #": "per_kind: 1\n      gate: #",
    "accuracy: {at_least: 0.965, on: lower}": "accuracy: {at_least: 0.85, on: lower}",
    "recall: {at_least: 0.90": "recall: {at_least: 0.6",
    "precision: {at_least: 0.90": "precision: {at_least: 0.6",
    "log_loss: {at_most: 0.15}": "log_loss: {at_most: 0.6}",
    "not_worse_by: 0.002": "not_worse_by: 0.2",
}


def shipped_project(folder: Path, changes: dict[str, str] | None = None) -> Project:
    """Make a project with the pipeline.yaml that ships, after these changes to its text, without network."""
    folder.mkdir()
    shutil.copy(HOUSE / "pipeline.yaml", folder)
    project = Project(folder, {"DIGITS_OFFLINE": "1", "TFDS_DATA_DIR": str(folder / "tfds")})
    for old, new in (changes or {}).items():
        project.edit("pipeline.yaml", old, new)
    return project


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a project whose pipeline has run; tests look at it and run nothing in it."""
    project = shipped_project(tmp_path_factory.mktemp("e2e") / "trained", SHORTENED)
    project.digits("run")
    return project


@pytest.fixture(scope="session")
def document(trained: Project) -> dict[str, Any]:
    """Give the record of that run."""
    return trained.json("show")


@pytest.fixture(scope="session")
def bundle(trained: Project) -> Path:
    """Give the folder of the champion."""
    return trained.artifacts / "champion"
