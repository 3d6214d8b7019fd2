"""Signals while each of the stages is at work."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.faults.aftermath import Aftermath, contents, look
from tests.project import Project, toy_project
from tests.waiting import PATIENCE

pytestmark = pytest.mark.faults

STAGES = ("say", "shout", "bless", "pack")
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    """Give what an undisturbed run leaves."""
    project = toy_project(tmp_path_factory.mktemp("undisturbed"))
    project.digits("run")
    return Aftermath(contents(project))


@pytest.fixture
def held(tmp_path: Path) -> Project:
    """Give a project whose stages stay at work, their outputs written, while a file hold.<stage> is there."""
    project = toy_project(tmp_path / "toy")
    for stage in STAGES[1:]:
        project.edit(f"toys/{stage}.py", "from toys.text", "from toys.hold import hold\nfrom toys.text")
        with (project.path / "toys" / f"{stage}.py").open("a") as file:
            file.write(f'    hold("{stage}")\n')
    return project


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("number", STATUS)
def test_a_signal_in_any_stage_gives_its_exit_code(held: Project, stage: str, number: signal.Signals) -> None:
    """Whatever stage is at work, the exit code is 128 and the number of the signal, and there is no traceback."""
    status, err = _signal_in(held, stage, number)
    assert (status, "Traceback" in err) == (STATUS[number], False)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("number", STATUS)
def test_a_signal_in_any_stage_is_recorded(held: Project, stage: str, number: signal.Signals) -> None:
    """The record says `interrupted`, and has the stages that were done before."""
    _signal_in(held, stage, number)
    record = held.json("show")
    done = [each["stage"] for each in record["stages"]]
    assert (record["outcome"], done) == ("interrupted", list(STAGES[: STAGES.index(stage)]))


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("number", STATUS)
def test_the_run_after_a_signal_completes(
    held: Project, stage: str, number: signal.Signals, undisturbed: Aftermath
) -> None:
    """The next run ends as if no signal had been."""
    _signal_in(held, stage, number)
    held.release(stage)
    held.digits("run")
    assert look(held) == undisturbed


@pytest.mark.parametrize("number", STATUS)
def test_a_signal_ends_a_run_that_waits_for_another(held: Project, number: signal.Signals) -> None:
    """A run that waits for another's stage heeds signals as one that works."""
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
    """Send a signal while a stage is at work; give the exit status and what was said on standard error."""
    held.hold(stage)
    process = held.start("run")
    held.wait_for_held(stage)
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)
    return process.returncode, err
