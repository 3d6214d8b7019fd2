"""Classes that are not the ten digits, from ingest to predict: two, twenty-seven and a hundred of them."""

from __future__ import annotations

import json
import re
import string
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.project import Project, shipped_project

pytestmark = pytest.mark.long

LENIENT = {
    "source: tfds": "source: folder",
    "fallback: sample #": "folder: signs #",
    "recipe: standard": "recipe: fast\n      steps: 120\n      allow_untrained: true",
    "refused: 0.005": "refused: 0.005\n      saved: 2",
    "gate: #": "per_kind: 1\n      gate: #",
    "accuracy: {at_least: 0.965, on: lower}": "accuracy: {at_least: 0.01}",
    "recall: {at_least: 0.90": "recall: {at_least: 0",
    "precision: {at_least: 0.90, of: per_digit}": "refusals: {noise: {at_least: 0}}",
    "log_loss: {at_most: 0.15}": "log_loss: {at_most: 9}",
    "coverage: {at_least: 0.90}": "coverage: {at_least: 0}",
}
"""Edits of the shipped pipeline: few steps, and a gate that any model passes."""

KINDS: dict[str, Sequence[str]] = {
    "two": ("yes", "no"),
    "letters and a word": (*string.ascii_lowercase, "ampersand"),
    "a hundred": [f"sign {number:02}" for number in range(100)],
}


def _sign(number: int, copy: int) -> NDArray[np.uint8]:
    """Draw a sign of five strokes, the same for each copy but for a shift of a few pixels."""
    rng = np.random.default_rng(number)
    points = rng.integers(40, 240, (1, 6, 2)) + np.random.default_rng([number, copy]).integers(-12, 13, 2)
    page = np.full((280, 280), 255, np.uint8)
    return np.asarray(cv2.polylines(page, [points[0].astype(np.int32)], False, (0,), 16, cv2.LINE_AA), np.uint8)


def _write_signs(folder: Path, names: Sequence[str]) -> None:
    for number, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for copy in range(max(200 // len(names), 20)):
            cv2.imwrite(str(folder / name / f"{copy:02}.png"), _sign(number, copy))


@pytest.fixture(scope="module", params=KINDS)
def learned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Sequence[str]]:
    """Return a project that has learned signs, and the names of its classes."""
    names = KINDS[request.param]
    project = shipped_project(tmp_path_factory.mktemp("classes") / "project", LENIENT)
    _write_signs(project.path / "signs", names)
    project.digits("run")
    return project, names


def test_the_classes_are_named_everywhere(learned: tuple[Project, Sequence[str]], tmp_path: Path) -> None:
    """Predict, score, report, card and verdict have the names of the classes, and call none of them a digit."""
    project, names = learned
    picture = str(project.path / "signs" / names[0] / "00.png")
    assert project.digits("predict", picture).stdout.split()[:2] == ["file", "class"]
    [answer] = project.json("predict", picture)
    assert sorted(answer["probabilities"]) == sorted(names)
    scored = project.json("score", str(project.path / "signs"), "--labels", "--out", str(tmp_path / "out.csv"))
    assert sorted(scored["classes"]) == sorted(names)
    assert scored["labelled"] == scored["listed"]
    assert "recall of each class" in project.digits("show").stdout
    assert f"tells {len(names)} classes apart" in (project.artifacts / "champion" / "README.md").read_text()
    project.digits("report")
    [page] = (project.artifacts / "latest").glob("report.html")
    text, _, _ = re.sub(r"<style>.*?</style>", "", page.read_text(), flags=re.DOTALL).partition(
        "pipeline.yaml as it was"
    )
    assert not re.search(r"\b[Dd]igit\b", re.sub(r"<[^>]*>", " ", text))
    assert all(name in text for name in names)


def test_a_sign_is_read(learned: tuple[Project, Sequence[str]]) -> None:
    """The labels of the bundle are the names, and the summary of `score` counts answers, not digits."""
    project, names = learned
    assert sorted(json.loads((project.artifacts / "champion" / "labels.json").read_text())) == sorted(names)
    out = project.digits("score", str(project.path / "signs"), "--out", str(project.path / "out.csv")).stdout
    assert re.match(rf"{max(200 // len(names), 20) * len(names):,} files: [\d,]+ answered, ", out)
