"""Runs killed at any instant, and the run after."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.faults.aftermath import Aftermath, contents, damaged_versions, inspect_store, named_versions
from tests.faults.kills.killing import CALLS, killed_before_each, need_strace
from tests.faults.thorough import often
from tests.project import TOYS, Project, toy_project

PARTS = ["first stage", "last stage and promotion"]
"""What stands between does what the first does; all of it takes half an hour on a busy machine."""
SEED = 20
INSTANTS = [(number + random.Random(SEED + number).random()) / 40 for number in range(40)]  # noqa: S311


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Aftermath, float]:
    """Return the state after an undisturbed run, and its duration in seconds."""
    project = _project(tmp_path_factory.mktemp("undisturbed"))
    begun = time.monotonic()
    project.digits("run")
    return Aftermath(contents(project)), time.monotonic() - begun


@pytest.mark.parametrize("stage", ["say", "shout", "pack"])
def test_a_kill_as_a_stage_begins_is_repaired_by_the_next_run(
    stage: str, undisturbed: tuple[Aftermath, float], tmp_path: Path
) -> None:
    """After a kill as a stage begins and one more run, the store is that of an undisturbed run."""
    project = _project(tmp_path)
    _kill_as_it_begins(project, stage)
    project.digits("run")
    assert inspect_store(project) == undisturbed[0]


@pytest.mark.faults
@pytest.mark.parametrize("instant", INSTANTS, ids=lambda instant: f"{instant:.3f}")
def test_a_kill_at_any_instant_is_repaired_by_the_next_run(
    instant: float, undisturbed: tuple[Aftermath, float], tmp_path: Path
) -> None:
    """After a kill at any instant and one more run, the store is that of an undisturbed run."""
    whole, seconds = undisturbed
    project = _project(tmp_path)
    _kill_after(project, instant * seconds)
    assert damaged_versions(project) == []
    project.digits("run")
    assert inspect_store(project) == whole


@pytest.mark.faults
@pytest.mark.parametrize("call", [call for call in CALLS if call != "unlink"])
def test_a_kill_before_any_system_call_is_repaired_by_the_next_run(
    call: str, undisturbed: tuple[Aftermath, float], tmp_path: Path
) -> None:
    """Killed before the first, second, third ... call of a kind, a run is repaired by the next one."""
    need_strace()
    kills = killed_before_each(CALLS[call], tmp_path, _project(tmp_path / "template"), "run")
    assert _left_wrong(kills, undisturbed[0]) == {}


@pytest.mark.faults
@pytest.mark.parametrize("calls", ["write", "?mkdir", "?unlink,?link,?linkat,?ftruncate"])
@pytest.mark.parametrize(("before", "options"), [((), ("--to", "say")), (("run", "--to", "bless"), ())], ids=PARTS)
def test_a_kill_before_any_other_change_is_repaired_by_the_next_run(
    calls: str,
    before: tuple[str, ...],
    options: tuple[str, ...],
    undisturbed: tuple[Aftermath, float],
    tmp_path: Path,
) -> None:
    """Killed before it writes, makes a folder or removes a file, a run is repaired too, in its first or last stage."""
    need_strace()
    template = _project(tmp_path / "template")
    if before:
        template.digits(*before)
    kills = killed_before_each(calls, tmp_path / "killed", template, "run", *options, step=often(11, 1))
    assert _left_wrong(kills, undisturbed[0]) == {}


def _left_wrong(kills: Iterator[tuple[str, Project]], undisturbed: Aftermath) -> dict[str, Aftermath]:
    """Return what each killed run left wrong after the next run, by the call before which it was killed."""
    found: dict[str, Aftermath] = {}
    for moment, project in kills:
        torn = damaged_versions(project)
        project.digits("run")
        after = inspect_store(project)
        if torn or after != undisturbed:
            found[moment] = after
    return found


@pytest.mark.faults
def test_a_kill_during_a_repair_is_repaired_too(undisturbed: tuple[Aftermath, float], tmp_path: Path) -> None:
    """A run killed while it cleans up after a killed run leaves nothing half removed, and the next one repairs it."""
    need_strace()
    template = next(
        project
        for _, project in killed_before_each(CALLS["rename"], tmp_path / "dead", _project(tmp_path / "template"), "run")
        if list(project.artifacts.glob("store/say/text/v*"))
    )
    assert not list(template.artifacts.glob("store/say/executions/*.json"))
    kills = killed_before_each(CALLS["unlinkat"], tmp_path / "again", template, "run")
    assert _left_wrong(kills, undisturbed[0]) == {}


@pytest.mark.faults
@pytest.mark.parametrize("options", [(), ("--force", "say")], ids=["first run", "forced"])
@pytest.mark.parametrize("next_options", [(), ("--force", "say")], ids=["then run", "then forced"])
def test_an_unrecorded_version_of_a_killed_run_is_removed(
    options: tuple[str, ...], next_options: tuple[str, ...], tmp_path: Path
) -> None:
    """A run with new content each time, killed at any rename, leaves no version that no execution names."""
    need_strace()
    template = _project(tmp_path / "template")
    template.edit("toys/say.py", "[config.word] * config.times", "[str(time.time_ns())]")
    if options:
        template.digits("run")
    found: dict[str, list[str]] = {}
    for moment, project in islice(
        killed_before_each(CALLS["rename"], tmp_path / "again", template, "run", *options), 6
    ):
        once_named = named_versions(project) | named_versions(template)  # a forced run replaces these by new versions
        project.digits("run", *next_options)
        after = inspect_store(project)
        unnamed = set(after.unnamed) - once_named
        if wrong := [*after.damaged, *unnamed, *after.missing, *after.staged]:
            found[moment] = wrong
    assert found == {}


def _project(path: Path) -> Project:
    """Make a project whose first stage takes 0.1 s."""
    return toy_project(path, TOYS.replace("{word: hello}", "{word: hello, seconds: 0.1}"))


def _kill_as_it_begins(project: Project, stage: str) -> None:
    process = project.start("run")
    assert process.stderr is not None
    while not (line := process.stderr.readline()).startswith(f"{stage}: "):
        assert line, f"the run ended before {stage} began"
    process.kill()
    process.communicate()


def _kill_after(project: Project, seconds: float) -> None:
    process = project.start("run")
    time.sleep(seconds)
    process.kill()
    process.communicate()
