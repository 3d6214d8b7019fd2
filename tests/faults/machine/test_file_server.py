"""A file server whose answers get lost, and that keeps files which are removed while they are open."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults.promises import damage_in, facts_of, kept
from tests.faults.thorough import often
from tests.forked import PRELOADED, run_forked
from tests.inference.scoring.folders import write_pictures
from tests.pipeline.registry.conftest import WRAPPED
from tests.project import DIGITS, Project, toy_project

pytestmark = pytest.mark.faults

COMMANDS = {
    "run": ("run", "--set", "say.word=new", "--set", "say.times=20000"),
    "promote": ("promote", "v0001", "--to", "{project}/served"),
    "alias": ("alias", "stable", "v0001"),
    "export-run": ("export-run", "latest", "--to", "{project}/other.tar"),
    "import-run": ("import-run", "{project}/given.tar"),
    "gc": ("gc", "--keep-runs", "1", "--delete"),
}
CALLS = ("rename", "link", "symlink", "mkdir", "rmdir", "unlink")
STEP = often(9, 1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the library that makes a disk look like a file server."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler: a small library acts as the file server")
    library = tmp_path_factory.mktemp("server") / "file_server.so"
    source = Path(__file__).with_name("file_server.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with two champions, one after the other, and a run of another project to take in."""
    folder = tmp_path_factory.mktemp("served")
    other = toy_project(folder / "other", WRAPPED)
    other.digits("run", "--set", "say.word=given")
    project = toy_project(folder / "toy", WRAPPED)
    other.digits("export-run", "latest", "--to", str(project.path / "given.tar"))
    for word in ("one", "two"):
        project.digits("run", "--set", f"say.word={word}")
    return project


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("call", CALLS)
def test_a_lost_answer_loses_nothing(call: str, name: str, server: Path, template: Project, tmp_path: Path) -> None:
    """The command succeeds, or ends with one error and can be repeated; a rename that was carried out is no error."""
    found: dict[int, object] = {}
    for number in range(1, 1000, STEP):
        project = Project(shutil.copytree(template.path, tmp_path / str(number), symlinks=True), {})
        words = [word.format(project=project.path) for word in COMMANDS[name]]
        told = project.path / "told"
        lost = {"LOST_CALL": call, "LOST_AT": str(number), "LOST_TOLD": str(told)}
        done = _run(project, server, *words, **lost)
        if not told.exists():
            break
        facts = kept(facts_of(template.artifacts), words[0])
        wrong: list[object] = [*damage_in(project.artifacts), *(facts - facts_of(project.artifacts))]
        if call == "rename" or done.returncode:
            wrong += _unexpected(done, 0 if call == "rename" else 1)
        project.digits(*words)
        if wrong or damage_in(project.artifacts):
            found[number] = wrong
        shutil.rmtree(project.path)
    assert found == {}


@pytest.mark.parametrize("name", COMMANDS)
def test_open_files_that_were_removed_do_no_harm(name: str, server: Path, template: Project, tmp_path: Path) -> None:
    """What the server keeps under another name goes into no artifact; no command fails because of it."""
    project = template.copy(tmp_path)
    words = [word.format(project=project.path) for word in COMMANDS[name]]
    for _ in range(2):
        assert _unexpected(_run(project, server, *words, KEPT_OPEN="1"), 0) == []
    assert damage_in(project.artifacts) == []


def test_a_run_survives_what_a_dead_one_left_open(server: Path, template: Project, tmp_path: Path) -> None:
    """A file of a killed stage that cannot be removed, since another program has it open, goes into no artifact."""
    project = template.copy(tmp_path)
    project.edit("toys/say.py", "    hold(", '    (text.path / "kept").touch()\n    hold(')
    project.hold("say")
    process = project.start(*COMMANDS["run"])
    project.wait_for_held("say")
    process.kill()
    process.communicate()
    project.release("say")
    [left] = project.artifacts.glob(".staging/say-*/outputs/text/kept")
    left.rename(left.with_name(".nfs0001"))
    project.edit("toys/say.py", '    (text.path / "kept").touch()\n', "")
    assert _unexpected(_run(project, server, *COMMANDS["run"], KEPT_OPEN="1"), 0) == []
    assert not [*project.artifacts.glob("store/say/text/*/.nfs*")]
    assert damage_in(project.artifacts) == []


@pytest.mark.parametrize("output", ["read.csv", "read.parquet", "parts/"])
def test_open_files_do_not_disturb_score(output: str, server: Path, sealed: Project, tmp_path: Path) -> None:
    """Parts of predictions are removed without an error, and the output is that of a local disk."""
    project = sealed.copy(tmp_path)
    write_pictures(tmp_path / "pictures", 10)
    words = ("score", str(tmp_path / "pictures"), "--workers", "1", "--out")
    (tmp_path / "parts").mkdir()
    assert _unexpected(_run(project, server, *words, str(tmp_path / output), KEPT_OPEN="1"), 0) == []
    assert list(tmp_path.glob("**/*.nfs*")) == []


def _run(project: Project, server: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [str(DIGITS), "-C", str(project.path), *words]
    return run_forked(command, project.variables() | variables | {PRELOADED: os.fspath(server)})


def _unexpected(done: subprocess.CompletedProcess[str], status: int) -> list[str]:
    """Return what a command printed, unless it ended with this status, and if that is not 0 with one error in words."""
    errors = re.findall(r"^error: ", done.stderr, re.MULTILINE)
    clean = "Traceback" not in done.stderr and len(errors) == (status != 0)
    return [] if done.returncode == status and clean else [f"{done.returncode}\n{done.stderr}"]
