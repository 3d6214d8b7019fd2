"""Runs killed at any instant, and the run after."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.faults.aftermath import Aftermath, contents, damaged_versions, inspect_store, named_versions
from tests.project import DIGITS, TOYS, Project, toy_project

# The system calls by which a run publishes, records and cleans up; strace ignores the `?` names a machine lacks.
CALLS = {
    "rename": "?rename,?renameat,?renameat2",
    "symlink": "?symlink,?symlinkat",
    "unlinkat": "unlinkat",
    "rmdir": "?rmdir",
    "fsync": "fsync",
    "chmod": "?chmod,?fchmodat",
}
KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)
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
@pytest.mark.parametrize("call", CALLS)
def test_a_kill_before_any_system_call_is_repaired_by_the_next_run(
    call: str, undisturbed: tuple[Aftermath, float], tmp_path: Path
) -> None:
    """Killed before the first, second, third ... call of a kind, a run is repaired by the next one."""
    _need_strace()
    found: dict[int, Aftermath] = {}
    for number, project in _killed_before_each(call, tmp_path):
        torn = damaged_versions(project)
        project.digits("run")
        after = inspect_store(project)
        if torn or after != undisturbed[0]:
            found[number] = after
    assert found == {}


@pytest.mark.faults
def test_a_kill_during_a_repair_is_repaired_too(undisturbed: tuple[Aftermath, float], tmp_path: Path) -> None:
    """A run killed while it cleans up after a killed run is repaired by the next one."""
    _need_strace()
    template = next(
        project
        for _, project in _killed_before_each("rename", tmp_path / "template")
        if list(project.artifacts.glob("store/say/text/v*"))
    )
    assert not list(template.artifacts.glob("store/say/executions/*.json"))
    found: dict[int, Aftermath] = {}
    for number, project in _killed_before_each("unlinkat", tmp_path / "again", template):
        project.digits("run")
        if (after := inspect_store(project)) != undisturbed[0]:
            found[number] = after
    assert found == {}


@pytest.mark.faults
@pytest.mark.parametrize("options", [(), ("--force", "say")], ids=["first run", "forced"])
@pytest.mark.parametrize("next_options", [(), ("--force", "say")], ids=["then run", "then forced"])
def test_an_unrecorded_version_of_a_killed_run_is_removed(
    options: tuple[str, ...], next_options: tuple[str, ...], tmp_path: Path
) -> None:
    """A run with new content each time, killed at any rename, leaves no version that no execution names."""
    _need_strace()
    template = _project(tmp_path / "template")
    template.edit("toys/say.py", "[config.word] * config.times", "[str(time.time_ns())]")
    if options:
        template.digits("run")
    found: dict[int, list[str]] = {}
    for number, project in islice(_killed_before_each("rename", tmp_path / "again", template, *options), 6):
        once_named = named_versions(project) | named_versions(template)  # a forced run replaces these by new versions
        project.digits("run", *next_options)
        after = inspect_store(project)
        unnamed = set(after.unnamed) - once_named
        if wrong := [*after.damaged, *unnamed, *after.missing, *after.staged]:
            found[number] = wrong
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


def _killed_before_each(
    call: str, folder: Path, template: Project | None = None, *options: str
) -> Iterator[tuple[int, Project]]:
    """Yield projects whose run was killed before its first, second ... call, until a run survives."""
    for number in range(1, 1000):
        path = folder / str(number)
        if template:
            shutil.copytree(template.path, path, symlinks=True)
        project = Project(path, {}) if template else _project(path)
        inject = f"inject={CALLS[call]}:signal=KILL:when={number}"
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", inject, DIGITS, "-C", path, "run", *options]
        status = subprocess.run(command, env=project.variables(), check=False, capture_output=True).returncode
        if status == 0:
            assert number > 1, f"a run has no call of {CALLS[call]}"
            return
        assert status in KILLED
        yield number, project
        shutil.rmtree(path)


def _need_strace() -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: it kills a run before a chosen system call")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], check=False, capture_output=True).returncode:
        pytest.skip("strace may not trace processes on this machine (ptrace is not permitted)")
