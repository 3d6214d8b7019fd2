"""The shipped pipeline on the full MNIST."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.machines.margin import at_least
from tests.project import Project, shipped_project

pytestmark = [pytest.mark.full, pytest.mark.timeout(7200)]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that has run on the original files, with a separate data_dir."""
    files = os.environ.get("MNIST_FILES", "")
    assert Path(files, "train-images-idx3-ubyte.gz").is_file(), "MNIST_FILES must name the folder of the four files"
    project = shipped_project(tmp_path_factory.mktemp("full") / "project")
    project.environment.update({"DIGITS_TFDS_MANUAL_DIR": files, "DIGITS_OFFLINE": ""})
    project.digits("run")
    return project


@pytest.fixture(scope="module")
def document(full: Project) -> dict[str, Any]:
    """Return the record of that run."""
    return full.json("show")


def test_the_full_data_set_was_used(document: dict[str, Any]) -> None:
    """The source is TFDS's MNIST, and there is no notice of a fallback."""
    assert document["source"]["dataset"] == "MNIST 3.0.1 (tensorflow-datasets)"
    assert document["notice"] is None


def test_the_model_reads_99_2_percent(document: dict[str, Any]) -> None:
    """Accuracy on the official test split is that of a model that reads at least 99.55 % of all digits."""
    assert round(document["metrics"]["accuracy"] * 10_000) >= at_least(0.9955, 10_000)


def test_the_model_is_promoted(document: dict[str, Any]) -> None:
    """The shipped gate promotes the model."""
    assert document["outcome"] == "promoted"


def test_a_second_run_is_all_unchanged(full: Project) -> None:
    """In a second run every stage is unchanged."""
    assert set(full.outcomes().values()) == {"unchanged"}


STRANGERS = """\
stages:
  strangers:
    uses: ingest
    config: {source: idx, folder: FOLDER}

"""


def test_fashion_is_refused(full: Project, tmp_path: Path) -> None:
    """A gate that requires at least 85 % of Fashion-MNIST to be refused promotes the model."""
    files = os.environ.get("FASHION_MNIST_FILES", "")
    assert Path(files, "t10k-images-idx3-ubyte.gz").is_file(), "FASHION_MNIST_FILES must name the folder of its files"
    project = full.copy(tmp_path)
    project.edit("pipeline.yaml", "stages:\n", STRANGERS.replace("FOLDER", files))
    project.edit("pipeline.yaml", "champion: champion #", "strangers: strangers.examples\n      champion: champion #")
    project.edit("pipeline.yaml", "      gate: #", "      gate:\n        refusals: {strangers: {at_least: 0.85}} #")
    assert project.json("run")["outcome"] == "promoted"
