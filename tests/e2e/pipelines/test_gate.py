"""The gate on the embedded sample: worse, equal and better models."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.inference.pictures import as_file, seven
from tests.project import DIGITS, Project, shipped_project
from tests.terminal import run_in_terminal

pytestmark = pytest.mark.long

FAST = {
    "source: tfds": "source: sample",
    "recipe: standard": "recipe: fast",
    "refused: 0.005": "refused: 0.005\n      saved: 2",
    "gate: #": "per_kind: 1\n      gate: #",
    # A model with a true accuracy of 0.98 falls below 0.95, or 0.8 of a digit, by chance once in a million times.
    "accuracy: {at_least: 0.965, on: lower}": "accuracy: {at_least: 0.95, on: lower}",
    "recall: {at_least: 0.90": "recall: {at_least: 0.8",
    "precision: {at_least: 0.90": "precision: {at_least: 0.8",
    "log_loss: {at_most: 0.15}": "log_loss: {at_most: 0.4}",
}
ONE_EPOCH = ("--set", "train.steps=14", "--set", "train.rounds=1")
HALF = ("--set", "train.steps=140")  # too few to be better than the full training by chance
BETTER = ("--set", "evaluate.gate.champion={better: true, first: allow}")
LAX = ("--set", "evaluate.gate={accuracy: {at_least: 0.5}, champion: {better: true, first: allow}}")
NOISE = """\
from __future__ import annotations

import numpy as np

from schemas.artifacts.artifact import Output
from schemas.artifacts.examples import Examples, Split


def noise(examples: Examples, noisy: Output[Examples]) -> None:
    \"\"\"Give nine in ten of the train and validation pictures a label by chance.\"\"\"
    for name in examples.splits:
        split, chance = examples.read(name), np.random.default_rng(0)
        spoilt = (chance.random(len(split)) < 0.9) & (name != "test")
        labels = np.where(spoilt, chance.integers(0, 10, len(split)), split.labels).astype(np.int32)
        Examples.write(noisy.path, name, Split(split.images, labels, split.ids, split.classes))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project whose champion is a model of one epoch, promoted by a lax gate."""
    project = shipped_project(tmp_path_factory.mktemp("gate") / "project", FAST)
    first = project.json("run", *ONE_EPOCH, *LAX)
    assert first["verdict"]["rules"][-1]["note"] == "first model: no comparison"
    return project


@pytest.fixture(scope="module")
def better(project: Project) -> dict[str, Any]:
    """Return the record of a run of a fully trained model, whose gate requires a better one."""
    return project.json("run", *BETTER)


def rules_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the result of each rule by its metric."""
    return {rule["metric"]: rule for rule in document["verdict"]["rules"]}


def unwrapped(text: str) -> str:
    """Return a text without its line breaks and columns: where a line is broken depends on its figures."""
    return " ".join(text.split())


def test_a_better_model_is_promoted(better: dict[str, Any]) -> None:
    """A significantly better model replaces the champion, and the comparison counts the pictures."""
    comparison = better["verdict"]["comparison"]
    assert better["outcome"] == "promoted"
    assert comparison["p"] < 0.05
    assert comparison["better"] > comparison["worse"] + 20
    assert comparison["count"] == 1000


def test_the_same_model_again_is_unchanged(project: Project, better: dict[str, Any]) -> None:
    """A repeated run has the same baseline and verdict, and runs no stage."""
    again = project.json("run", *BETTER)
    assert {stage["outcome"] for stage in again["stages"]} == {"unchanged"}
    assert (again["outcome"], again["verdict"]) == ("unchanged", better["verdict"])


def test_a_model_that_is_not_better_is_refused(project: Project, better: dict[str, Any]) -> None:
    """A model that meets every rule except being better is refused, and the champion stays."""
    document = project.json("run", *BETTER, *HALF, status=3)
    rules = rules_of(document)
    assert [name for name, rule in rules.items() if not rule["passed"]] == ["champion"]
    assert rules["champion"]["reason"].startswith("not shown to be better than the champion: McNemar's p ")
    assert document["champion"] == better["champion"]


def test_1000_pictures_do_not_prove_non_inferiority(project: Project, better: dict[str, Any]) -> None:
    """The sample is too small for the shipped non-inferiority margin, and the message gives the shortfall."""
    assert better["outcome"] == "promoted"
    refused = unwrapped(project.digits("run", *HALF, status=3).stdout)
    lacking = r"(\d+ more correct needed|1,000 pictures are too few to tell)"
    assert re.search(rf"MISSED champion not worse by 0.002 .*?[:;] {lacking}", refused)
    assert re.search(r"met accuracy lower >= 0.95 0.9\d*, 95 % lower bound 0.9\d+; 1,000 pictures", refused)


def test_a_model_of_one_epoch_is_refused(project: Project, better: dict[str, Any]) -> None:
    """A model of one epoch misses several rules, and `digits show` repeats the run's output."""
    refused = project.digits("run", *ONE_EPOCH, status=3)
    shown = project.digits("show").stdout
    for line in refused.stdout.splitlines():
        assert line in shown
    text, verdict = unwrapped(refused.stdout), project.json("show")["verdict"]
    missed = {rule["metric"] for rule in verdict["rules"] if not rule["passed"]}
    assert {"accuracy", "recall", "precision", "champion"} <= missed
    assert re.search(
        r"MISSED accuracy lower >= 0.95 [^;]*; 1,000 pictures; short by [\d.]+: \d+ more correct needed", text
    )
    assert re.search(r"misread most often \d \(\d+ of 100\).*; mostly \d as \d \(\d+\)", text)
    assert f"against {Path(better['champion']).name} reads 0.9" in text
    assert re.search(r"worse \d+: sample-\d+, sample-\d+, .*, \.\.\.", text)


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_a_refusal_fits_the_terminal(project: Project, columns: int) -> None:
    """The table of rules wraps inside its last column at any width."""
    project.digits("run", *ONE_EPOCH, status=3)
    command = [str(DIGITS), "-C", str(project.path), "show"]
    lines = run_in_terminal(command, columns, project.variables()).text.splitlines()
    table = lines[
        next(i for i, line in enumerate(lines) if line.split() in (["rule", "measured"], ["rule:", "measured"])) :
    ]
    table = table[: table.index("")]
    assert {line[:8] for line in table} <= {"MISSED  ", "met     ", "passed  ", " " * 8}
    assert len([line for line in table if line[:8].strip()]) == 7


def test_a_model_trained_on_random_labels_is_refused(project: Project, better: dict[str, Any]) -> None:
    """A model trained on 90 % random labels misses accuracy, log loss and the comparison."""
    assert better["outcome"] == "promoted"
    (project.path / "mystages").mkdir()
    (project.path / "mystages" / "noise.py").write_text(NOISE)
    shipped = (project.path / "pipeline.yaml").read_text()
    stage = "  noise:\n    uses: mystages.noise\n    inputs: {examples: preprocess.examples}\n\n  train:\n"
    noisy = shipped.replace("  train:\n", stage).replace(
        "{examples: preprocess.examples, tr", "{examples: noise.noisy, tr"
    )
    (project.path / "pipeline.yaml").write_text(noisy)
    settings = "--set", "evaluate.gate.accuracy.at_least=0.965", "--set", "train.allow_untrained=true"
    rules = rules_of(project.json("run", *settings, status=3))
    (project.path / "pipeline.yaml").write_text(shipped)
    assert not any(rules[name]["passed"] for name in ("accuracy", "log_loss", "champion"))
    assert rules["champion"]["actual"] < -0.01
    assert rules["accuracy"]["shortfall_pictures"] > 5


def test_the_champion_is_compared_on_the_present_test_split(project: Project, better: dict[str, Any]) -> None:
    """On a new test split, the champion is evaluated again."""
    document = project.json("run", "--set", "ingest.seed=1", *HALF, status=3)
    before, now = better["verdict"]["comparison"], document["verdict"]["comparison"]
    assert now["champion"] == Path(better["champion"]).name
    assert now["champion_accuracy"] != before["accuracy"]
    # The champion learnt from 4 in 5 digits of the sample, so that it learnt from about as many of another test split.
    exposure = document["verdict"]["exposure"]
    assert (exposure["test"], exposure["model"], exposure["version"]) == (1000, 0, now["champion"])
    assert 700 < exposure["champion"] < 900
    assert exposure["unseen"] == now["count"] == 1000 - exposure["champion"]
    text = unwrapped(project.digits("show").stdout)
    assert f"exam {now['champion']} was trained on {exposure['champion']} of the 1,000 test pictures: compared" in text
    assert "input changed" in next(stage["reason"] for stage in document["stages"] if stage["stage"] == "evaluate")


def test_a_refused_model_reads_pictures(project: Project, better: dict[str, Any]) -> None:
    """The model of a refused run is exported when it is asked for, says so, and is not the champion."""
    project.digits("run", *ONE_EPOCH, status=3)
    (project.path / "seven.png").write_bytes(as_file(seven(), "PNG"))
    read = project.digits("predict", str(project.path / "seven.png"), "--model", "latest")
    assert re.search(r"^model: v\d{4}-\w{8}, refused by the gate$", read.stderr, re.MULTILINE)
    assert (project.artifacts / "champion").readlink() == Path(better["champion"])
    [entry] = [each for each in project.json("models") if each["standing"]]
    assert (entry["blessed"], entry["champion"]) == (False, False)
    digests = project.artifacts / entry["path"] / "trained_on.bin"
    assert digests.stat().st_size == 5 * 7000  # 4,000 of the sample and 3,000 drawn


def test_a_damaged_champion_is_made_again_and_compared(project: Project, better: dict[str, Any]) -> None:
    """A damaged champion is made again from its record, and the next model is compared with it."""
    model = project.artifacts / better["champion"] / "model.tflite"
    intact = model.read_bytes()
    model.chmod(0o644)
    model.write_bytes(intact[:-1] + b"!")
    document = project.json("run", *ONE_EPOCH, "--set", "train.seed=2", status=3)
    assert document["verdict"]["comparison"]["champion"] == Path(better["champion"]).name
    assert model.read_bytes() == intact


def test_an_unknown_metric_is_refused_before_anything_runs(project: Project) -> None:
    """`digits check` suggests the nearest metric for an unknown one."""
    failed = project.digits("check", "--set", "evaluate.gate.acuracy.at_least=0.9", status=2)
    assert 'did you mean "accuracy"' in failed.stderr
