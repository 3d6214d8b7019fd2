"""A folder of custom pictures with three classes, from ingest to score."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from components.sources.sample import read_sample
from tests.machines.margin import at_least
from tests.project import Project, shipped_project
from tests.samples import write_digits, write_idx

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


def test_a_champion_of_other_classes_is_kept(project: Project) -> None:
    """A model of other classes is refused, whatever it reads; with classes_changed: allow it is promoted."""
    write_digits(project.path / "two", {"0": 40, "1": 40})
    before = project.json("show")["champion"]
    two = ("--set", "ingest.folder=" + str(project.path / "two"))
    refused = project.json("run", *two, status=3)
    missed = [rule for rule in refused["verdict"]["rules"] if not rule["passed"]]
    assert "champion" in [rule["metric"] for rule in missed]
    assert missed[-1]["reason"].startswith("the champion has other classes (new 0, 1, gone 2, 5, 7 crossed)")
    assert "has other classes" in project.digits("show").stdout
    assert refused["champion"] == before
    allowed = project.json("run", *two, "--set", "evaluate.gate.champion.classes_changed=allow")
    assert (allowed["outcome"], allowed["champion"] == before) == ("promoted", False)


def test_transposed_digits_are_refused(project: Project) -> None:
    """A model that learned transposed digits reads its test pictures and is refused; turned upright it is not."""
    for part, split in read_sample(0).items():
        name, images = {"train": "train", "test": "t10k"}[part], split.images.swapaxes(1, 2)
        write_idx(project.path / "idx" / f"{name}-images-idx3-ubyte", np.ascontiguousarray(images))
        write_idx(project.path / "idx" / f"{name}-labels-idx1-ubyte", split.labels.astype(np.uint8))
    wanted = {
        "ingest.source": "idx",
        "ingest.folder": str(project.path / "idx"),
        "train.steps": "140",
        "evaluate.gate.champion.classes_changed": "allow",
    }
    settings = [word for name, value in wanted.items() for word in ("--set", f"{name}={value}")]
    refused = project.json("run", *settings, status=3)
    missed = {rule["metric"]: rule["reason"] for rule in refused["verdict"]["rules"] if not rule["passed"]}
    assert "set orientation: transposed on their source" in missed["orientation"]
    assert "accuracy" not in missed
    assert any("Set orientation: transposed" in line for line in project.digits("show").stdout.splitlines())
    turned = project.json("run", *settings, "--set", "ingest.orientation=transposed")
    assert turned["outcome"] == "promoted"
