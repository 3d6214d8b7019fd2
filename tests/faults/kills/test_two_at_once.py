"""Several processes on one store."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.aftermath import Aftermath, contents, inspect_store
from tests.project import Project, toy_project
from tests.waiting import PATIENCE

pytestmark = pytest.mark.faults

STAGES = ("say", "shout", "bless", "pack")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project of toy stages that has not run."""
    return toy_project(tmp_path / "toy")


def test_of_four_at_once_each_stage_runs_in_one(project: Project) -> None:
    """Of four concurrent runs on an empty store, one executes each stage and the others find it unchanged."""
    outcomes = _outcomes_of_four(project)
    assert outcomes == {stage: Counter(ran=1, unchanged=3) for stage in STAGES}


def test_four_at_once_leave_an_intact_store(project: Project) -> None:
    """Four concurrent runs leave a store in which everything is intact and recorded."""
    _outcomes_of_four(project)
    assert inspect_store(project) == Aftermath(contents(project))


def test_two_settings_at_once_both_succeed(project: Project) -> None:
    """Two concurrent runs with different settings both succeed, and both outputs are in the store."""
    both = [project.start("run", "--set", f"say.word={word}", "--set", "say.seconds=0.3") for word in ("one", "two")]
    for process in both:
        _, err = process.communicate()
        assert process.returncode == 0, err
    texts = {path.read_text() for path in project.artifacts.glob("store/pack/bundle/v*/model.tflite")}
    assert texts == {"ONE!", "TWO!"}


def test_two_settings_at_once_leave_an_intact_store(project: Project) -> None:
    """Two concurrent runs with different settings leave a store in which everything is intact and recorded."""
    both = [project.start("run", "--set", f"say.word={word}", "--set", "say.seconds=0.3") for word in ("one", "two")]
    for process in both:
        process.communicate()
    assert inspect_store(project) == Aftermath(contents(project))


def test_the_lock_of_a_killed_process_blocks_nobody(project: Project) -> None:
    """A run that waits for a stage continues once the process that holds the lock is killed."""
    holder, _ = _start_holder(project)
    waiting = project.start("run")
    assert waiting.stderr
    assert "waiting for" in waiting.stderr.readline()
    assert waiting.poll() is None
    holder.kill()
    project.release("say")
    waiting.communicate(timeout=PATIENCE)
    holder.communicate()
    assert waiting.returncode == 0


def test_a_waiting_run_names_the_run_it_waits_for(project: Project) -> None:
    """A waiting run names the stage and the run that holds its lock."""
    holder, name = _start_holder(project)
    waiting = project.start("run")
    assert waiting.stderr
    line = waiting.stderr.readline()
    for process in (waiting, holder):
        process.kill()
        process.communicate()
    assert line == f"say: waiting for run {name}, which is running this stage\n"


def test_a_waiting_run_does_not_name_another_that_waits(project: Project) -> None:
    """Of two other runs, only the one that holds the lock is named."""
    holder, name = _start_holder(project)
    waiting = [project.start("run")]
    assert waiting[0].stderr
    waiting[0].stderr.readline()
    waiting.append(project.start("run"))
    assert waiting[1].stderr
    line = waiting[1].stderr.readline()
    for process in (*waiting, holder):
        process.kill()
        process.communicate()
    assert line == f"say: waiting for run {name}, which is running this stage\n"


def _start_holder(project: Project) -> tuple[subprocess.Popen[str], str]:
    """Start a run that stays in the stage say; return its process and its name."""
    project.hold("say")
    process = project.start("run")
    project.wait_for_held("say")
    return process, (project.artifacts / "latest").readlink().name


def _outcomes_of_four(project: Project) -> dict[str, Counter[str]]:
    """Start four runs together; return the count of each outcome by stage."""
    four = [project.start("run", "--json", "--set", "say.seconds=0.5") for _ in range(4)]
    outcomes = {stage: Counter[str]() for stage in STAGES}
    for process in four:
        out, err = process.communicate()
        assert process.returncode == 0, err
        for stage in json.loads(out)["stages"]:
            outcomes[stage["stage"]][stage["outcome"]] += 1
    return outcomes
