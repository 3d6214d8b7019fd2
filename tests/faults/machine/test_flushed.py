"""What a command reports as done is on disk by then: its system calls flush each file and each name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults.kills.killing import need_strace
from tests.faults.machine.disk_writes import Unflushed, unflushed_by
from tests.faults.promises import project_with_history
from tests.inference.scoring.folders import write_pictures
from tests.pipeline.registry.conftest import WRAPPED
from tests.project import Project, toy_project

pytestmark = pytest.mark.faults

COMMANDS = {
    "new settings": ("run", "--set", "say.word=new"),
    "nothing changed": ("run", "--set", "say.word=third"),
    "promote": ("promote", "v0001"),
    "promote to a folder": ("promote", "v0001", "--to", "{beside}/served"),
    "rollback": ("rollback",),
    "alias": ("alias", "stable", "v0001"),
    "alias removed": ("alias", "trial", "--remove"),
    "run named": ("runs", "--name", "latest", "second try"),
    "name removed": ("runs", "--name", "latest", ""),
    "run deleted": ("runs", "--delete", "refused"),
    "gc": ("gc", "--keep-runs", "1", "--delete"),
    "export-run": ("export-run", "latest", "--to", "{beside}/other.tar"),
    "report": ("report",),
}
ON_MODELS = {
    "export": ("export", "--to", "{beside}/model.zip"),
    "import": ("import", "{beside}/given.zip"),
    "CSV": ("score", "{beside}/pictures", "--out", "{beside}/read.csv"),
    "Parquet": ("score", "{beside}/pictures", "--out", "{beside}/read.parquet"),
    "parts": ("score", "{beside}/pictures", "--out", "{beside}/parts/"),
    "package": ("package", "--to", "{beside}/container"),
}
CHECKED = re.compile(r".*/runs/[^/]+/run\.json|.*/[0-9a-f]{32}\.parquet")
"""The record of a run that has not ended, and parts of predictions."""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with two champions, one after the other, an alias, and the names of two runs."""
    need_strace()
    project = project_with_history(tmp_path_factory.mktemp("flushed") / "toy")
    project.digits("runs", "--name", "latest", "try")
    project.digits("alias", "trial", "v0002")
    project.digits("export-run", "latest", "--to", str(project.path.parent / "given.tar"))
    return project


@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_command_reports_as_done_is_on_disk(name: str, template: Project, tmp_path: Path) -> None:
    """When the command ends, all that it wrote and every name that it gave or removed has been flushed."""
    project = template.copy(tmp_path)
    words = [word.format(beside=tmp_path) for word in COMMANDS[name]]
    state = unflushed_by(project, tmp_path / "calls", *words)
    assert (state.left(), _early(state)) == ([], [])


@pytest.mark.parametrize("name", ["run", "import-run"])
def test_the_first_result_of_a_project_is_on_disk(name: str, template: Project, tmp_path: Path) -> None:
    """In a project without artifacts/, the folders that are made are flushed too."""
    project = toy_project(tmp_path / "new", WRAPPED)
    words = (name,) if name == "run" else (name, str(template.path.parent / "given.tar"))
    state = unflushed_by(project, tmp_path / "calls", *words)
    assert (state.left(), _early(state)) == ([], [])


@pytest.mark.parametrize("name", ON_MODELS)
def test_what_is_made_with_a_model_is_on_disk(name: str, sealed: Project, tmp_path: Path) -> None:
    """Predictions, exported and imported models, and the folder of a container are flushed when the command ends."""
    need_strace()
    project = sealed.copy(tmp_path)
    write_pictures(tmp_path / "pictures", 20)
    (tmp_path / "parts").mkdir()
    project.digits("export", "--to", str(tmp_path / "given.zip"))
    words = [word.format(beside=tmp_path) for word in ON_MODELS[name]]
    state = unflushed_by(project, tmp_path / "calls", *words)
    assert (state.left(), _early(state)) == ([], [])


def _early(state: Unflushed) -> list[str]:
    """Return the files named before they were on disk that are not checked, and made again, when they are read."""
    return [path for path in state.early if not CHECKED.fullmatch(path)]
