"""`digits gc --delete` killed before any of its system calls, and beside runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.aftermath import damaged_versions, inspect_store, named_versions
from tests.faults.kills.killing import CALLS, killed_before_each, need_strace
from tests.forked import run_forked
from tests.project import DIGITS, Project, toy_project

pytestmark = pytest.mark.faults

DELETE = ("gc", "--keep-runs", "1", "--delete")
FULL = "inject=?mkdir,?mkdirat:error=ENOSPC:when=2"
"""No space for the folder of the list; the first call is for the store, which is there."""
FULLER = FULL.replace("when=2", "when=2..3")
ROUNDS = 6


@pytest.mark.parametrize(
    ("call", "also"),
    [
        *((call, "") for call in ("unlink", "rename", "rmdir", "fsync")),
        *((call, FULL) for call in ("unlink", "rename", "rmdir")),
    ],
    ids=lambda each: "on a full disk" if each == FULL else each,
)
def test_a_killed_gc_leaves_a_sound_store(call: str, also: str, tmp_path: Path) -> None:
    """Killed before any call, gc leaves no record of what is gone; the next one finishes; all can be made again.

    The same holds on a full disk, while it makes room for its list.
    """
    need_strace()
    template = _grown(tmp_path / "template")
    whole = _aftermath(_collected(template.copy(tmp_path / "whole")))
    found: dict[str, object] = {}
    kills = killed_before_each(CALLS[call], tmp_path / "killed", template, *DELETE, also=also)
    for moment, project in kills:
        torn = [*damaged_versions(project), *inspect_store(project).missing]
        verified = _status(project, "verify")
        if torn or verified or _aftermath(_collected(project)) != whole:
            found[moment] = (torn, verified)
    assert found == {}


@pytest.mark.parametrize("call", ["unlink", "rename", "rmdir"])
def test_a_gc_killed_while_it_removes_versions_for_room_can_go_on(call: str, tmp_path: Path) -> None:
    """If records are not enough, versions go in place: no record names what is left, and the next gc removes it."""
    need_strace()
    template = _grown(tmp_path / "template")
    whole = _aftermath(_collected(template.copy(tmp_path / "whole")))
    found: dict[str, object] = {}
    kills = killed_before_each(CALLS[call], tmp_path / "killed", template, *DELETE, also=FULLER)
    for moment, project in kills:
        torn = {"/".join(file.split("/")[:4]) for file in damaged_versions(project)} & named_versions(project)
        if torn or inspect_store(project).missing or _aftermath(_collected(project)) != whole:
            found[moment] = torn
    assert found == {}


def test_a_run_after_a_killed_gc_is_whole(tmp_path: Path) -> None:
    """Whatever a killed gc left, a run with the settings of a deleted run makes again what it needs."""
    need_strace()
    template = _grown(tmp_path / "template")
    for _, project in killed_before_each(CALLS["rename"], tmp_path / "killed", template, *DELETE):
        project.digits("run", "--set", "say.word=one")
        project.digits("verify")


def test_runs_beside_gc_lose_nothing(tmp_path: Path) -> None:
    """Runs that find old stages unchanged while gc deletes all it may end well, and the store is sound."""
    project = _grown(tmp_path / "toy")
    for _ in range(ROUNDS):
        runs = [project.start("run", "--set", f"say.word={word}") for word in ("one", "two", "three")]
        collectors = [project.start("gc", "--older-than", "0h", "--delete") for _ in range(2)]
        for process in (*runs, *collectors):
            _, errors = process.communicate()
            assert process.returncode == 0, errors
    project.digits("verify")


def _grown(path: Path) -> Project:
    """Return a project with the runs of three words; the run of the last made the champion."""
    project = toy_project(path)
    for word in ("one", "two", "three"):
        project.digits("run", "--set", f"say.word={word}")
    return project


def _collected(project: Project) -> Project:
    project.digits(*DELETE)
    return project


def _aftermath(project: Project) -> object:
    trash = [path.name for path in project.artifacts.glob(".trash/*")]
    runs = sorted(path.name for path in (project.artifacts / "runs").iterdir())
    return inspect_store(project), runs, trash


def _status(project: Project, *words: str) -> int:
    return run_forked([str(DIGITS), "-C", str(project.path), *words], project.variables()).returncode
