"""A folder of custom pictures with three classes, from ingest to score."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.margin import at_least
from tests.project import Project, shipped_project
from tests.samples import write_digits

pytestmark = pytest.mark.long

OWN = {
    "source: tfds": "source: folder",
    "fallback: sample #": "folder: mine #",
    "recipe: standard": "recipe: fast\n      steps: 100",
    "refused: 0.005": "refused: 0.005\n      saved: 2",
    "gate: #": "per_kind: 1\n      gate: #",
    "accuracy: {at_least: 0.965, on: lower}": "accuracy: {at_least: 0.5}",
    "recall: {at_least: 0.90": "recall: {at_least: 0.1",
    "precision: {at_least: 0.90": "precision: {at_least: 0.1",
    "log_loss: {at_most: 0.15}": "log_loss: {at_most: 2}",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that has learned three classes from 40 pictures each."""
    project = shipped_project(tmp_path_factory.mktemp("own") / "project", OWN)
    write_digits(project.path / "mine", {"2": 40, "5": 40, "7 crossed": 40})
    project.digits("run")
    return project


def test_three_classes_are_promoted(project: Project) -> None:
    """The whole pipeline takes its classes from the data."""
    document = project.json("show")
    assert (document["outcome"], document["verdict"]["blessed"]) == ("promoted", True)


def test_three_classes_are_scored(project: Project, tmp_path: Path) -> None:
    """`digits score` answers with the folder names of the training pictures."""
    out = tmp_path / "predictions.jsonl"
    scored = project.json("score", str(project.path / "mine"), "--out", str(out), "--labels")
    assert scored["listed"] == 120
    assert scored["answered_right"] + scored["guessed_right"] >= at_least(0.8, 120)
    assert '"digit": "7 crossed"' in out.read_text()
