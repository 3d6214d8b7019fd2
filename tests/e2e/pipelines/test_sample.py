"""The shipped pipeline on the embedded sample."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from inference.litert.network import LiteRtModel
from schemas.artifacts.evaluation import Evaluation
from schemas.artifacts.examples import Examples
from schemas.artifacts.model import Model
from schemas.artifacts.transform import Transform
from schemas.manifest import Manifest
from tests.project import DIGITS, HOUSE, SHORTENED, Project, shipped_project
from tests.terminal import Session, run_in_terminal
from tests.waiting import PATIENCE

LIVE = r"step \d+/80  loss \d.*accuracy \d.* left"
"""The line that a terminal shows during training."""
ENDLESS = ("--set", "train.steps=40000", "--set", "train.rounds=800", "--set", "train.strangers=0")
ROUNDED = 2  # pictures with two nearly equal classes, which two engines may read differently


def test_every_stage_ran_and_the_model_was_promoted(document: dict[str, Any]) -> None:
    """The six stages ran, and the outcome is `promoted`."""
    assert [(stage["stage"], stage["outcome"]) for stage in document["stages"]] == [
        (name, "ran") for name in ("ingest", "preprocess", "train", "calibrate", "evaluate", "export")
    ]
    assert document["outcome"] == "promoted"


def test_the_document_has_metrics_and_source(document: dict[str, Any]) -> None:
    """The JSON document has the metrics, the source and the champion."""
    figures = {
        "accuracy",
        "precision",
        "recall",
        "f1",
        "log_loss",
        "calibration_error",
        "coverage",
        "answered_accuracy",
    }
    assert set(document["metrics"]) == figures
    assert document["source"]["name"] == "sample"
    assert document["champion"].startswith("store/export/bundle/v0001-")


def test_a_chosen_sample_is_not_a_fallback(document: dict[str, Any], champion: Path) -> None:
    """If the config chooses the sample, nothing calls it a fallback."""
    assert document["notice"] is None
    assert "instead of the full MNIST" not in (champion / "README.md").read_text()


def test_splits_are_3600_400_and_1000(trained: Project) -> None:
    """The train split has 3,600 pictures and 200 drawn ones, validation has 400, and test has 1,000."""
    examples = Examples(trained.artifacts / "latest" / "preprocess.examples")
    assert {name: len(examples.read(name)) for name in examples.splits} == {
        "train": 3600 + 200,
        "validation": 400,
        "test": 1000,
    }


def test_every_artifact_is_intact(trained: Project) -> None:
    """Each version has a manifest that matches its files."""
    versions = list((trained.artifacts / "store").glob("*/*/v*"))
    manifests = [(Manifest.read(version), version) for version in versions]
    assert len(versions) == 9
    assert all(manifest and not list(manifest.damage(version)) for manifest, version in manifests)


def test_no_content_holds_a_path(trained: Project) -> None:
    """No JSON file of an artifact contains a path of this machine."""
    texts = [path.read_text() for path in (trained.artifacts / "store").glob("*/*/v*/*.json")]
    assert texts
    assert not any(str(trained.path) in text for text in texts)


@pytest.mark.usefixtures("tensorflow_session")
def test_the_exported_model_applies_the_transform(trained: Project, champion: Path) -> None:
    """The bundle gives the same logits as the bare network on pictures normalised by the Transform."""
    import keras

    latest = trained.artifacts / "latest"
    network: Any = Model(latest / "train.model").load()
    bare: Any = keras.Model(network.layers[2].input, network.output)
    images = Examples(latest / "preprocess.examples").read("test").images[:200]
    expected = np.asarray(bare(Transform(latest / "preprocess.transform").apply(images)))
    np.testing.assert_allclose(LiteRtModel(champion / "model.tflite")(images)["logits"], expected, atol=1e-4)


def test_probabilities_sum_to_one(trained: Project, champion: Path) -> None:
    """The LiteRT model returns a probability for each label, with a sum of 1."""
    images = Examples(trained.artifacts / "latest" / "preprocess.examples").read("test").images[:100]
    probabilities = LiteRtModel(champion / "model.tflite")(images)["probabilities"]
    assert probabilities.shape == (100, len(json.loads((champion / "labels.json").read_bytes())))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_the_bundle_reads_as_well_as_the_evaluation_says(trained: Project, champion: Path) -> None:
    """The exported model has the accuracy of the evaluation."""
    latest = trained.artifacts / "latest"
    test = Examples(latest / "preprocess.examples").read("test")
    read = LiteRtModel(champion / "model.tflite")(test.images)["logits"].argmax(axis=1)
    right = np.count_nonzero(read == test.labels)
    evaluated = Evaluation(latest / "evaluate.evaluation").metrics.accuracy
    assert evaluated is not None
    assert abs(right - round(evaluated * len(test))) <= ROUNDED


def test_robustness_and_refusals_have_counts(trained: Project) -> None:
    """Each share of robustness and refusals has its counts."""
    metrics = Evaluation(trained.artifacts / "latest" / "evaluate.evaluation").metrics
    for shares, tried in (
        (metrics.robustness, metrics.robustness_tried),
        (metrics.refusals, metrics.refusals_tried),
    ):
        assert shares
        assert {kind: each.right / each.count for kind, each in tried.items()} == shares
    assert {"robustness.shadow", "refusals.two_digits", "recall.3", "f1"} <= set(metrics.intervals)


def test_predictions_name_every_test_picture(trained: Project) -> None:
    """The predictions have one row for each id of the test split."""
    latest = trained.artifacts / "latest"
    table = Evaluation(latest / "evaluate.evaluation").predictions()
    assert table["id"].to_pylist() == Examples(latest / "preprocess.examples").read("test").ids


def test_the_best_round_is_kept(trained: Project) -> None:
    """The model's history names the round with the least validation loss as the best."""
    history = Model(trained.artifacts / "latest" / "train.model").history
    losses = [each.validation_loss for each in history.rounds]
    assert len(losses) == 4
    assert history.best == losses.index(min(losses))


def test_tensorboard_events_are_in_the_runs_logs(trained: Project) -> None:
    """The run's logs have TensorBoard events of the train and validation splits."""
    logs = trained.artifacts / "latest" / "logs" / "train"
    assert {path.parent.name for path in logs.rglob("events.*")} == {"train", "validation"}


def test_chatter_is_in_the_log_and_not_on_the_screen(refused: Project) -> None:
    """TensorFlow's messages go to the stage's log; the screen has lines of the stage only."""
    lines = (refused.path / "printed" / "stderr").read_text().splitlines()
    assert (refused.artifacts / "latest" / "logs" / "evaluate" / "output.txt").read_text()
    assert lines[0].startswith("evaluate: config changed: ")
    assert lines[-1].startswith("evaluate done in ")
    assert all(line.startswith("evaluate: ") for line in lines[:-1])


def test_a_second_run_is_all_unchanged(trained: Project, tmp_path: Path) -> None:
    """In a second run every stage is unchanged."""
    assert set(_copy(trained, tmp_path).outcomes().values()) == {"unchanged"}


def test_an_impossible_threshold_keeps_the_champion(trained: Project, refused: Project) -> None:
    """A refused model leaves the champion, and the message says that the rule is out of reach."""
    assert "even all of them right would not be enough" in (refused.path / "printed" / "stdout").read_text()
    assert (refused.artifacts / "champion").readlink() == (trained.artifacts / "champion").readlink()
    assert (refused.artifacts / "latest" / "evaluate.blessing" / "NOT_BLESSED").exists()


@dataclass(frozen=True)
class Watched:
    """A project that ran in another folder, on one processor, and exported in another process, in terminals."""

    project: Project
    to_evaluate: Session
    export: Session


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    """Return that project and what its terminals showed."""
    project = shipped_project(tmp_path_factory.mktemp("other") / "project", SHORTENED)
    command = [str(DIGITS), "-C", str(project.path), "run"]
    with _on_one_processor():
        to_evaluate = run_in_terminal([*command, "--to", "evaluate"], 100, project.variables())
        export = run_in_terminal(command, 100, project.variables())
    return Watched(project, to_evaluate, export)


def test_two_processes_give_the_same_content(trained: Project, watched: Watched) -> None:
    """Runs in other folders, processes and processor counts have the same content."""
    assert _contents(trained) == _contents(watched.project)
    assert len(_contents(trained)) == 9


def test_export_alone_gives_the_same_bundle(trained: Project, watched: Watched) -> None:
    """A process that runs only export makes the same bundle as a process that runs everything."""
    exported = {stage["stage"]: stage["outcome"] for stage in watched.project.json("show")["stages"]}
    assert {name for name, outcome in exported.items() if outcome == "ran"} == {"export"}
    assert _contents(watched.project)["export.bundle"] == _contents(trained)["export.bundle"]


def _contents(project: Project) -> dict[str, str]:
    """Return the digest prefix of each output of the latest run."""
    outputs = [output for stage in project.json("show")["stages"] for output in _named(stage)]
    return {name: path.rpartition("-")[2] for name, path in outputs}


def test_the_fallback_is_reported(tmp_path: Path) -> None:
    """Without network, a box reports the sample as fallback; plan, show and a cached run repeat it in a line."""
    project = shipped_project(tmp_path / "offline")
    project.environment.update({"DIGITS_OFFLINE": "", "HTTPS_PROXY": "http://127.0.0.1:1", "NO_PROXY": ""})
    shipped = (project.path / "pipeline.yaml").read_text()
    ingest = shipped.partition("  preprocess:")[0].replace("drawn: 3000", "drawn: 0")
    (project.path / "pipeline.yaml").write_text(ingest)
    first = project.digits("run")
    line = "(storage.googleapis.com: the proxy does not connect); to retry: digits run --force ingest"
    assert "+---" in first.stderr
    for command in ("run", "plan", "show"):
        assert line in project.digits(command).stdout


@pytest.mark.faults
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_training_ends_cleanly_on_a_signal(
    number: signal.Signals, status: int, trained: Project, tmp_path: Path
) -> None:
    """A signal during training gives its exit code, and no model is published."""
    copied = _copy(trained, tmp_path)
    process = copied.start("run", *ENDLESS)
    assert process.stderr is not None
    while "step 50/40000" not in (line := process.stderr.readline()):
        assert line, "the run ended before it trained"
    process.send_signal(number)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == status
    assert len(list((copied.artifacts / "store" / "train" / "model").iterdir())) == 1
    assert copied.json("show")["outcome"] == "interrupted"


def test_a_terminal_shows_loss_accuracy_and_time_left(watched: Watched) -> None:
    """During training a live line shows step, loss, accuracy and time left, and disappears at the end."""
    assert any(re.search(LIVE, frame) for frame in watched.to_evaluate.frames)
    assert " left" not in watched.to_evaluate.text


PARTS = (
    "writing SavedModel",
    "converting to LiteRT",
    "comparing SavedModel with the model 0/2",
)
"""Parts of export that take long enough to be seen on any machine."""


def test_a_terminal_shows_the_parts_of_a_stage(watched: Watched) -> None:
    """The live line names what export is doing, with counts where there are any."""
    lines = [line for frame in watched.export.frames for line in frame.splitlines() if " export ━" in line]
    assert [part for part in PARTS if not any(part in line for line in lines)] == []


@pytest.mark.parametrize("columns", [60, 100])
def test_a_terminal_breaks_the_metrics_between_figures(trained: Project, columns: int) -> None:
    """No line of the metrics ends within a name or a figure."""
    command = [str(DIGITS), "-C", str(trained.path), "show"]
    shown = run_in_terminal(command, columns, trained.variables()).text
    block = shown[shown.index("accuracy 0.") : shown.index("verdict")]
    assert all(re.fullmatch(r"\w+ [\d.]+(  \w+ [\d.]+)*", line.strip()) for line in block.splitlines())


def test_a_change_in_a_module_of_learning_is_seen(trained: Project, tmp_path: Path) -> None:
    """A changed line in learning/ reruns train, and its downstream stages may run."""
    stages = _plan_with(trained, tmp_path, "learning/training/networks.py", "momentum=0.9", "momentum=0.91")
    assert stages["train"] == ("will run", "code changed: learning/training/networks.py")
    assert stages["evaluate"] == ("may run", "may run: train will run")
    assert stages["preprocess"][0] == "unchanged"


def test_a_change_in_a_module_of_schemas_is_seen(trained: Project, tmp_path: Path) -> None:
    """A changed line in schemas/settings/gate.py reruns evaluate, and no stage above it."""
    stages = _plan_with(trained, tmp_path, "schemas/settings/gate.py", "value > self.at_most", "value >= self.at_most")
    assert stages["evaluate"] == ("will run", "code changed: schemas/settings/gate.py")
    assert stages["train"][0] == "unchanged"


def test_a_comment_in_a_module_of_learning_reruns_nothing(trained: Project, tmp_path: Path) -> None:
    """A changed comment in learning/ reruns nothing."""
    stages = _plan_with(trained, tmp_path, "learning/training/networks.py", "# 12x12", "# twelve by twelve")
    assert {outcome for outcome, _ in stages.values()} == {"unchanged"}


def _plan_with(project: Project, folder: Path, module: str, old: str, new: str) -> dict[str, tuple[str, str]]:
    """Return the plan with a copy of the repository in which a text of one module is replaced."""
    for room in ("schemas", "inference", "learning", "components", "pipeline"):
        shutil.copytree(HOUSE / room, folder / "house" / room, ignore=shutil.ignore_patterns("__pycache__"))
    house = Project(folder / "house", {})
    house.edit(module, old, new)
    copied = _copy(project, folder)
    changed = Project(copied.path, copied.environment | {"PYTHONPATH": str(house.path)})
    return {stage["stage"]: (stage["outcome"], stage["reason"]) for stage in changed.json("plan")["stages"]}


def _copy(project: Project, folder: Path) -> Project:
    copied = Project(folder / "copy", project.environment)
    shutil.copytree(project.path, copied.path, symlinks=True)
    return copied


@contextmanager
def _on_one_processor() -> Generator[None]:
    """Limit the processes started in this block to one processor."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _named(stage: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f"{stage['stage']}.{name}", path) for name, path in stage["outputs"].items()]
