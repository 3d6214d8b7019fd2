"""The whole pipeline on the embedded sample, shortened, run once for all that look at it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.project import HOUSE, Project

SHORT = (
    *("--set", "ingest.source=sample"),
    *("--set", "train.cnn.rounds=4"),
    *("--set", "train.cnn.round_steps=50"),
    *("--set", "evaluate.gate.accuracy.at_least=0.9"),
    *("--set", "evaluate.gate.recall.at_least=0.7"),
    *("--set", "evaluate.gate.precision.at_least=0.7"),
    *("--set", "evaluate.gate.log_loss.at_most=0.6"),
)


def shipped_project(folder: Path) -> Project:
    """Make a project with the pipeline.yaml that ships."""
    folder.mkdir()
    shutil.copy(HOUSE / "pipeline.yaml", folder)
    return Project(folder, {"DIGITS_OFFLINE": "1", "TFDS_DATA_DIR": str(folder / "tfds")})


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Give a project whose pipeline has run; tests look at it and run nothing in it."""
    project = shipped_project(tmp_path_factory.mktemp("e2e") / "trained")
    project.digits("run", *SHORT)
    return project


@pytest.fixture(scope="session")
def document(trained: Project) -> dict[str, Any]:
    """Give the record of that run."""
    return trained.json("show")


@pytest.fixture(scope="session")
def bundle(trained: Project) -> Path:
    """Give the folder of the champion."""
    return trained.artifacts / "champion"
