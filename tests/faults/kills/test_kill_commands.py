"""Commands that change the registry, or write files for others, killed before any of their system calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.history import run_names
from tests.faults.kills.killing import ANY, killed_before_each, need_strace
from tests.faults.promises import Fact, damage_in, facts_of, kept, project_with_history
from tests.faults.thorough import often
from tests.inference.scoring.folders import write_pictures
from tests.pipeline.registry.conftest import WRAPPED
from tests.project import Project, toy_project

pytestmark = pytest.mark.faults

COMMANDS = {
    "promote": ("promote", "v0001"),
    "promote to a folder": ("promote", "v0001", "--to", "{project}/served"),
    "alias": ("alias", "stable", "v0001"),
    "alias moved": ("alias", "trial", "v0001"),
    "run named": ("runs", "--name", "latest", "second try"),
    "report": ("report", "--out", "{project}/report.html"),
    "export-run": ("export-run", "latest", "--to", "{project}/other.tar"),
}
FEW, SEVERAL = often(3, 1), often(11, 1)
"""Of a command with few or many calls, every how many of each kind are tried."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with three champions, one after the other, a refused run, an alias, and the name of a run."""
    need_strace()
    project = project_with_history(tmp_path_factory.mktemp("killed") / "toy")
    project.digits("alias", "trial", "v0002")
    project.digits("export-run", "latest", "--to", str(project.path.parent / "run.tar"))
    return project


@pytest.mark.parametrize("name", COMMANDS)
def test_a_killed_command_loses_nothing_and_can_be_repeated(name: str, template: Project, tmp_path: Path) -> None:
    """Killed before any call it leaves all else as it was; repeated, it does what it would have done."""
    whole = template.copy(tmp_path)
    whole.digits(*_words(whole, name))
    wanted = _result(whole)
    found: dict[str, object] = {}
    for moment, project in killed_before_each(ANY, tmp_path / "killed", template, *COMMANDS[name], step=FEW):
        wrong = _wrong(project, kept(facts_of(template.artifacts), COMMANDS[name][0]))
        project.digits(*_words(project, name))
        if wrong or _result(project) != wanted:
            found[moment] = [*wrong, *(_result(project)[0] ^ wanted[0])]
    assert found == {}


def test_a_killed_deletion_of_a_run_can_be_repeated(template: Project, tmp_path: Path) -> None:
    """Killed before any call, the run is there, and can be deleted, or it is gone; all else is as it was."""
    found: dict[str, object] = {}
    words = ("runs", "--delete", "refused")
    for moment, project in killed_before_each(ANY, tmp_path / "killed", template, *words, step=FEW):
        wrong = _wrong(project, kept(facts_of(template.artifacts), "runs"))
        if "refused" in run_names(project.artifacts):
            project.digits(*words)
        if wrong or "refused" in run_names(project.artifacts) or damage_in(project.artifacts):
            found[moment] = wrong
    assert found == {}


def test_a_killed_rollback_leaves_one_champion_or_the_other(template: Project, tmp_path: Path) -> None:
    """Killed before any call, a rollback has happened or not, and everything else is as it was."""
    found: dict[str, object] = {}
    now = (template.artifacts / "champion").readlink()
    for moment, project in killed_before_each(ANY, tmp_path / "killed", template, "rollback", step=FEW):
        wrong = _wrong(project, kept(facts_of(template.artifacts), "rollback"))
        if wrong or (project.artifacts / "champion").readlink().name[:5] not in {now.name[:5], "v0002"}:
            found[moment] = wrong
        project.digits("promote", now.name)
    assert found == {}


def test_a_killed_import_of_a_run_can_be_repeated(template: Project, tmp_path: Path) -> None:
    """Killed before any call, an import names nothing that is not there; repeated, it brings the whole run."""
    file = str(template.path.parent / "run.tar")
    elsewhere = toy_project(tmp_path / "elsewhere", WRAPPED)
    whole = elsewhere.copy(tmp_path)
    whole.digits("import-run", file)
    found: dict[str, object] = {}
    for moment, project in killed_before_each(ANY, tmp_path / "killed", elsewhere, "import-run", file, step=SEVERAL):
        wrong = _wrong(project, set())
        project.digits("import-run", file)
        if wrong or _result(project) != _result(whole):
            found[moment] = wrong
    assert found == {}


@pytest.mark.parametrize("call", ["any", "fsync"])
def test_a_killed_score_leaves_no_half_output(call: str, sealed: Project, tmp_path: Path) -> None:
    """Killed before any call, the output is whole or absent; the same command then writes what it would have."""
    need_strace()
    template = sealed.copy(tmp_path)
    write_pictures(template.path / "pictures", 3)  # one a part: the second stands for all in the middle
    words = ("score", "{project}/pictures", "--out", "{project}/read.csv", "--workers", "1")
    whole = template.copy(tmp_path / "whole")
    whole.digits(*_filled(whole, words))
    wanted = _outputs(whole)
    found: dict[str, object] = {}
    calls = ANY if call == "any" else call
    for moment, project in killed_before_each(calls, tmp_path / "killed", template, *words, step=SEVERAL):
        torn = _outputs(project)
        project.digits(*_filled(project, words))
        if torn not in ({}, wanted) or _outputs(project) != wanted:
            found[moment] = torn
    assert found == {}


def _filled(project: Project, words: tuple[str, ...]) -> list[str]:
    return [word.format(project=project.path) for word in words]


def _words(project: Project, name: str) -> list[str]:
    return _filled(project, COMMANDS[name])


def _wrong(project: Project, facts: set[Fact]) -> list[object]:
    """Return what is damaged, and which facts are lost."""
    return [*damage_in(project.artifacts), *(facts - facts_of(project.artifacts))]


def _result(project: Project) -> tuple[set[Fact], dict[str, bytes]]:
    """Return the facts but for the promotions, one of which may be there twice, and what was written beside them."""
    return {fact for fact in facts_of(project.artifacts) if fact[0] != "promotion"}, _outputs(project)


def _outputs(project: Project) -> dict[str, bytes]:
    """Return the content of each file that was written outside the store."""
    found = [*project.path.glob("*.tar"), *project.path.glob("*.csv"), *project.path.glob("served/*/*.pb")]
    return {path.relative_to(project.path).as_posix(): path.read_bytes() for path in found}
