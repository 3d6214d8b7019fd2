"""Signals, kills and concurrent runs."""

from __future__ import annotations

import json
import re
import signal

import pytest

from tests.project import Project
from tests.waiting import PATIENCE


@pytest.mark.parametrize(
    ("number", "status", "word"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated"), (signal.SIGHUP, 129, "hung up")],
)
def test_a_signal_ends_a_run_cleanly(project: Project, number: signal.Signals, status: int, word: str) -> None:
    """A signal gives its exit code and a record of an interrupted run, and nothing is published."""
    project.hold("say")
    process = project.start("run")
    project.wait_for_held("say")
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == status
    assert word in err
    assert project.json("show")["outcome"] == "interrupted"
    assert not (project.artifacts / "store" / "say" / "text").exists()


@pytest.mark.parametrize("handled", ["pass", "raise ImportError('a part is missing')"], ids=["dropped", "replaced"])
def test_a_library_cannot_hide_a_signal(project: Project, handled: str) -> None:
    """An exception that a library drops or replaces, as an import may, ends the run all the same, as interrupted."""
    hiding = f'    try:\n        hold("say")\n    except BaseException:\n        {handled}\n    hold("say")\n'
    project.edit("toys/say.py", '    hold("say")\n', hiding)
    project.hold("say")
    process = project.start("run")
    project.wait_for_held("say")
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 143, err
    assert project.json("show")["outcome"] == "interrupted"


def test_scratch_survives_a_kill(project: Project) -> None:
    """A component's scratch folder survives a kill, and is removed when the component publishes."""
    project.hold("say")
    process = project.start("run")
    project.wait_for_held("say")
    [kept] = project.artifacts.glob(".staging/say-*/scratch/text/kept")
    process.kill()
    process.communicate()
    assert kept.exists()
    project.release("say")
    project.digits("run")
    assert not kept.exists()


def test_a_live_run_is_shown_as_running(project: Project) -> None:
    """A run is `running` while its process lives, and `interrupted` once it is killed."""
    project.hold("say")
    process = project.start("run")
    project.wait_for_held("say")
    assert project.json("show")["outcome"] == "running"
    process.kill()
    process.communicate()
    assert project.json("show")["outcome"] == "interrupted"


def test_a_report_of_a_live_run_does_not_stay_its_report(project: Project) -> None:
    """A report written while a run is running is another file, and says so; the run does not name it at its end."""
    project.hold("say")
    process = project.start("run")
    project.wait_for_held("say")
    written = project.digits("report", "--out", str(project.path / "own.html"))
    assert "still running" in written.stderr
    early = project.digits("report")
    project.release("say")
    out, _ = process.communicate(timeout=PATIENCE)
    assert early.stdout.endswith("running.html\n")
    assert re.search(r"^report +digits .*report \S+$", out, re.MULTILINE)


def test_two_runs_at_once_compute_nothing_twice(project: Project) -> None:
    """Of two concurrent runs, one executes the stage and the other finds it unchanged."""
    both = [project.start("run", "--json", "--set", "say.seconds=0.5") for _ in range(2)]
    documents = [json.loads(process.communicate(timeout=PATIENCE)[0]) for process in both]
    assert sorted(document["stages"][0]["outcome"] for document in documents) == ["ran", "unchanged"]
