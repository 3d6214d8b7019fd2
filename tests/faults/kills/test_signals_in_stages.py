"""Signals in the stages that ship, with TensorFlow and its threads at work."""

from __future__ import annotations

import random
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.faults.aftermath import Aftermath, contents, inspect_store
from tests.faults.thorough import THOROUGH
from tests.project import SHORTENED, Project, shipped_project
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.faults, pytest.mark.tensorflow]

STAGES = ("ingest", "preprocess", "train", "calibrate", "evaluate", "export")
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
SEED = 18


def test_a_signal_in_any_stage_publishes_nothing(tmp_path: Path, trained: Project) -> None:
    """In each stage: the exit code of the signal, a record that says so, nothing published; the next run goes on."""
    project = shipped_project(tmp_path / "project", SHORTENED)
    chance = random.Random(SEED)  # noqa: S311
    usual = {each["stage"]: each["seconds"] for each in trained.json("show")["stages"]}
    seconds: list[float] = []
    for number, stage in enumerate(STAGES):
        for each in STATUS if THOROUGH else [[*STATUS][number % 3]]:
            seconds.append(_interrupt(project, stage, each, chance.random() * min(1, usual[stage] / 4)))
            assert project.json("show")["outcome"] == "interrupted"
            assert not list(project.artifacts.glob(f"store/{stage}/*/v*"))
    print(f"{len(seconds)} signals, ended within {max(seconds):.1f} s", file=sys.stderr)
    project.digits("run")
    after = inspect_store(project)
    assert after == Aftermath(contents(project))
    assert contents(project).keys() == contents(trained).keys()


def _interrupt(project: Project, stage: str, number: signal.Signals, delay: float) -> float:
    """Send a signal some seconds after a stage has begun; check the exit status, and return how long it took."""
    process = project.start("run")
    assert process.stderr
    while not (line := process.stderr.readline()).startswith(f"{stage}: "):
        assert line, f"the run ended before {stage} began"
    time.sleep(delay)
    begun = time.monotonic()
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == STATUS[number], err
    assert "Traceback" not in err
    return time.monotonic() - begun
