"""Signals, kills, and two runs at once."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from tests.project import Project


@pytest.mark.parametrize(
    ("number", "status", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated"), (signal.SIGHUP, 129, "hung up")],
)
def test_a_signal_ends_a_run_cleanly(project: Project, number: signal.Signals, status: int, word: str) -> None:
    """The exit code is that of the signal, the record says interrupted, and nothing was published."""
    process = project.start("run", "--set", "say.seconds=60")
    _await(project.artifacts / "latest" / "logs" / "say" / "output.txt")
    process.send_signal(number)
    _, err = process.communicate(timeout=20)
    assert process.returncode == status
    assert word in err
    assert project.json("show")["outcome"] == "interrupted"
    assert not (project.artifacts / "store" / "say" / "text").exists()


def test_scratch_survives_a_kill(project: Project) -> None:
    """What a component left in its scratch folder is there when it runs again, and gone once it has published."""
    process = project.start("run", "--set", "say.seconds=60")
    _await(project.artifacts / "latest" / "logs" / "say" / "output.txt")
    [kept] = _await_glob(project.artifacts, ".staging/say-*/scratch/text/kept")
    process.kill()
    process.communicate()
    assert kept.exists()
    project.digits("run")
    assert not kept.exists()


def test_a_run_under_way_is_shown_as_running(project: Project) -> None:
    """While its process lives a run is `running`; once it was killed it is `interrupted`."""
    process = project.start("run", "--set", "say.seconds=60")
    _await(project.artifacts / "latest" / "logs" / "say" / "output.txt")
    assert project.json("show")["outcome"] == "running"
    process.kill()
    process.communicate()
    assert project.json("show")["outcome"] == "interrupted"


def test_two_runs_at_once_compute_nothing_twice(project: Project) -> None:
    """Of two runs started together one carries a stage out, and the other finds it unchanged."""
    both = [project.start("run", "--json", "--set", "say.seconds=2") for _ in range(2)]
    documents = [json.loads(process.communicate(timeout=60)[0]) for process in both]
    assert sorted(document["stages"][0]["outcome"] for document in documents) == ["ran", "unchanged"]


def _await(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not (path.exists() and path.stat().st_size):
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.02)


def _await_glob(folder: Path, pattern: str) -> list[Path]:
    deadline = time.monotonic() + 20
    while not (found := list(folder.glob(pattern))):
        assert time.monotonic() < deadline, f"{pattern} never came"
        time.sleep(0.02)
    return found
