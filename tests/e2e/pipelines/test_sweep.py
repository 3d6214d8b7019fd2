"""A sweep of real trainings."""

from __future__ import annotations

from typing import Any

import pytest

from tests.machines.varied import SEED
from tests.project import SHORTENED, Project, shipped_project

pytestmark = [pytest.mark.long, pytest.mark.tensorflow]

SEEDS = f"train.seed={SEED + 1},{SEED}"


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project in which two trainings have run in one process."""
    project = shipped_project(tmp_path_factory.mktemp("sweep") / "swept", SHORTENED)
    project.digits("run", "--sweep", SEEDS)
    return project


def test_a_model_of_a_sweep_is_that_of_a_run(swept: Project, trained: Project) -> None:
    """The second training in a process yields the weights that it yields as the only one."""
    run = swept.json("run", "--sweep", SEEDS)["combinations"][1]["run"]
    models = [folder / "train.model" for folder in (swept.artifacts / "runs" / run, trained.artifacts / "latest")]
    assert len({model.readlink().name.rpartition("-")[2] for model in models}) == 1


def test_the_winner_is_only_tested(swept: Project) -> None:
    """With --then run, nothing is trained again, and the model is promoted."""
    then: dict[str, Any] = swept.json("run", "--sweep", SEEDS, "--then", "run")["then"]
    assert [each["outcome"] for each in then["stages"]] == ["unchanged"] * 4 + ["ran"] * 2
    assert then["outcome"] == "promoted"


def test_other_validation_pictures_are_said(swept: Project) -> None:
    """Figures on different pictures cannot be compared without a word; runs of a sweep are compared like others."""
    document = swept.json("run", "--sweep", "preprocess.validation=0.1,0.2")
    [warning] = document["warnings"]
    assert "different pictures" in warning
    compared = swept.json("compare", *(each["run"] for each in document["combinations"]), "latest")
    assert compared["settings"] == ["preprocess.validation"]
    figures = [each["validation_accuracy"] for each in document["combinations"]]
    assert [each["metrics"]["validation_accuracy"] for each in compared["runs"][:2]] == figures
