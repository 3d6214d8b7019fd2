"""Signals while a stage is running."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.faults.aftermath import Aftermath, contents, inspect_store
from tests.project import Project, toy_project
from tests.waiting import PATIENCE

pytestmark = pytest.mark.faults

STAGES = ("say", "shout", "bless", "pack")
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    """Return the state after an undisturbed run."""
    project = toy_project(tmp_path_factory.mktemp("undisturbed"))
    project.digits("run")
    return Aftermath(contents(project))


@pytest.fixture
def held(tmp_path: Path) -> Project:
    """Return a project whose stages wait, their outputs written, while a file hold.<stage> exists."""
    project = toy_project(tmp_path / "toy")
    for stage in STAGES[1:]:
        project.edit(f"toys/{stage}.py", "from toys.text", "from toys.hold import hold\nfrom toys.text")
        with (project.path / "toys" / f"{stage}.py").open("a") as file:
            file.write(f'    hold("{stage}")\n')
    return project


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("number", STATUS)
def test_a_signal_in_any_stage_gives_its_exit_code(held: Project, stage: str, number: signal.Signals) -> None:
    """In any stage, the exit code is 128 plus the signal's number, and there is no traceback."""
    status, err = _signal_in(held, stage, number)
    assert (status, "Traceback" in err) == (STATUS[number], False)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("number", STATUS)
def test_a_signal_in_any_stage_is_recorded(held: Project, stage: str, number: signal.Signals) -> None:
    """The record has the outcome `interrupted` and the stages that had finished."""
    _signal_in(held, stage, number)
    record = held.json("show")
    done = [each["stage"] for each in record["stages"]]
    assert (record["outcome"], done) == ("interrupted", list(STAGES[: STAGES.index(stage)]))


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("number", STATUS)
def test_the_run_after_a_signal_completes(
    held: Project, stage: str, number: signal.Signals, undisturbed: Aftermath
) -> None:
    """After a signal and one more run, the store is that of an undisturbed run."""
    _signal_in(held, stage, number)
    held.release(stage)
    held.digits("run")
    assert inspect_store(held) == undisturbed


@pytest.mark.parametrize("number", STATUS)
def test_a_signal_ends_a_run_that_waits_for_another(held: Project, number: signal.Signals) -> None:
    """A run that waits for another run's stage ends on a signal."""
    held.hold("say")
    other = held.start("run")
    held.wait_for_held("say")
    waiting = held.start("run")
    assert waiting.stderr
    assert "waiting for" in waiting.stderr.readline()
    waiting.send_signal(number)
    waiting.communicate(timeout=PATIENCE)
    other.kill()
    other.communicate()
    assert waiting.returncode == STATUS[number]


def _signal_in(held: Project, stage: str, number: signal.Signals) -> tuple[int, str]:
    """Send a signal while a stage is running; return the exit status and standard error."""
    held.hold(stage)
    process = held.start("run")
    held.wait_for_held(stage)
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)
    return process.returncode, err
