"""The advice of the errors that people meet most is followed, and helps: the error is real, and so is the way out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.project import Project, toy_project

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Case:
    """An error and the way out of it.

    Attributes:
        damage: makes the error happen, in a project that has run once.
        fails: the command that ends with it.
        status: its exit code.
        advice: what the error says, word for word.
        follow: the commands that a person then runs.
        helps: the command that works afterwards; None for the one that failed.
    """

    damage: Callable[[Project], object]
    fails: tuple[str, ...]
    status: int
    advice: str
    follow: tuple[tuple[str, ...], ...]
    helps: tuple[str, ...] | None = None


def _version(project: Project, output: str) -> Path:
    return max(project.artifacts.glob(f"store/*/{output}/v*"))


def _spoil(project: Project, output: str, name: str) -> None:
    file = _version(project, output) / name
    file.chmod(0o644)
    file.write_text("spoilt")


def _spoil_record(project: Project) -> None:
    file = max(project.artifacts.glob("store/say/executions/*.json"))
    file.write_text(file.read_text().replace("hello", "hullo"))


def _forge_history(project: Project) -> None:
    file = project.artifacts / "promotions.jsonl"
    file.write_text(file.read_text().replace('"by":"run"', '"by":"promote"'))


def _start_again(project: Project) -> None:
    shutil.rmtree(project.artifacts)


def _lose_champion(project: Project) -> None:
    shutil.rmtree(_version(project, "bundle"))


def _alias_nowhere(project: Project) -> None:
    (project.artifacts / "aliases").mkdir()
    (project.artifacts / "aliases" / "best").symlink_to("../store/pack/bundle/v0009-00000000")


def _nothing(project: Project) -> None:
    del project


CASES: dict[str, Case] = {
    "no run yet": Case(_start_again, ("show",), 2, "start one with digits run", (("run",),)),
    "no champion yet": Case(_start_again, ("show", "champion"), 4, "digits run trains", (("run",),)),
    "an unknown run": Case(
        _nothing, ("show", "nosuch"), 2, "digits runs lists the runs", (("runs",),), ("show", "latest")
    ),
    "a stage that never ran": Case(
        _start_again, ("rerun", "shout"), 4, "digits run --to say", (("run", "--to", "say"),), ("rerun", "shout")
    ),
    "a stage taken from a run is damaged": Case(
        lambda project: _spoil(project, "text", "text.txt"),
        ("rerun", "shout"),
        4,
        "digits run --to say",
        (("run", "--to", "say"),),
    ),
    "a file in the store is damaged": Case(
        lambda project: _spoil(project, "shouted", "text.txt"),
        ("verify",),
        4,
        "digits run recreates what the pipeline",
        (("run",),),
    ),
    "the champion is damaged": Case(
        lambda project: _spoil(project, "bundle", "labels.json"), ("verify",), 4, "digits run recreates", (("run",),)
    ),
    "the champion is gone": Case(
        _lose_champion, ("models", "show", "champion"), 4, "digits run exports it", (("run",),)
    ),
    "an artifact is gone": Case(
        lambda project: shutil.rmtree(_version(project, "text")), ("verify",), 4, "digits run recreates", (("run",),)
    ),
    "a record is damaged": Case(
        _spoil_record, ("gc", "--delete"), 4, "digits verify --set-aside", (("verify", "--set-aside"),)
    ),
    "the history was edited": Case(
        _forge_history, ("gc", "--delete"), 4, "digits verify --set-aside", (("verify", "--set-aside"),)
    ),
    "a history that verify names": Case(
        _forge_history, ("verify",), 4, "digits verify --set-aside begins a new one", (("verify", "--set-aside"),)
    ),
    "an alias that leads nowhere": Case(
        _alias_nowhere,
        ("models", "show", "best"),
        4,
        "digits alias best --remove",
        (("alias", "best", "--remove"),),
        ("models",),
    ),
    "a damaged model cannot be promoted": Case(
        lambda project: _spoil(project, "bundle", "labels.json"),
        ("promote", "v0001"),
        4,
        "digits run makes it again",
        (("run",),),
    ),
    "an override that is not needed": Case(
        _nothing,
        ("promote", "v0001", "--override", "--reason", "so"),
        2,
        "digits promote v0001",
        (("promote", "v0001"),),
        ("models",),
    ),
    "a damaged run cannot be exported": Case(
        lambda project: _spoil(project, "text", "text.txt"),
        ("export-run", "latest", "--to", "run.tar"),
        4,
        "digits verify",
        (("run",),),
    ),
}


@pytest.mark.parametrize("kind", CASES)
def test_the_advice_helps(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error happens, says what to do, and after that the command works."""
    case, project = CASES[kind], toy_project(tmp_path / "toy")
    monkeypatch.chdir(tmp_path)
    project.digits("run")
    case.damage(project)
    failed = project.digits(*case.fails, status=case.status)
    assert case.advice in failed.stderr
    for command in case.follow:
        project.digits(*command)
    project.digits(*(case.helps or case.fails))
