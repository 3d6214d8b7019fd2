"""A sweep that was killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pipeline.sweep.conftest import LEARNING
from tests.project import toy_project

pytestmark = pytest.mark.faults


def test_a_killed_sweep_resumes(tmp_path: Path) -> None:
    """The same command carries out what is missing: the combination that was interrupted, and those after it."""
    project = toy_project(tmp_path / "toy", LEARNING)
    project.hold("learn.1")
    process = project.start("run", "--sweep", "learn.seed=0..2")
    project.wait_for_held("learn.1")
    process.kill()
    process.communicate()
    project.release("learn.1")

    document = project.json("run", "--sweep", "learn.seed=0..2")
    assert [each["outcome"] for each in document["combinations"]] == ["unchanged", "ran", "ran"]
    assert [each["outcome"] for each in project.json("runs")] == ["partial", "partial", "interrupted", "partial"]
    assert project.json("plan", "--sweep", "learn.seed=0..2")["stages"] == {}


def test_a_signal_ends_the_whole_sweep(tmp_path: Path) -> None:
    """After an interruption no further combination begins, and the message says that the same command resumes."""
    project = toy_project(tmp_path / "toy", LEARNING)
    project.hold("learn.1")
    process = project.start("run", "--sweep", "learn.seed=0..2")
    project.wait_for_held("learn.1")
    process.terminate()
    _, err = process.communicate()
    assert process.returncode == 143
    assert err.endswith(": the same command resumes from here\n")
    assert [each["outcome"] for each in project.json("runs")] == ["interrupted", "partial"]
