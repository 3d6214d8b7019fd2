"""What the machine may refuse: flushing, renaming, open files, space, memory, writing at all."""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.kills.killing import CALLS, need_strace
from tests.faults.promises import damage_in, facts_of, kept
from tests.faults.thorough import often
from tests.forked import run_forked
from tests.pipeline.registry.conftest import WRAPPED
from tests.project import DIGITS, Project, toy_project

pytestmark = pytest.mark.faults

COMMANDS = {
    "run": ("run", "--set", "say.word=new"),
    "promote": ("promote", "v0001"),
    "alias": ("alias", "stable", "v0001"),
    "export-run": ("export-run", "latest", "--to", "{project}/run.tar"),
    "gc": ("gc", "--keep-runs", "1", "--delete"),
}
ERRORS = {"fsync": ("fsync", "EIO"), "rename": (CALLS["rename"], "ESTALE"), "mkdir": ("?mkdir", "EDQUOT")}
"""A disk that fails, a file server that forgot a file, and a quota that is used up."""
MEGA = 10**6
LIMITS = {
    **{f"{number} open files": (resource.RLIMIT_NOFILE, number) for number in range(8, 20)},
    **{f"files of {number} bytes": (resource.RLIMIT_FSIZE, number) for number in (0, 200, 600, 1500, 3000)},
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project of toy stages with two champions, one after the other, and a run that gc would delete."""
    need_strace()
    project = toy_project(tmp_path_factory.mktemp("refused") / "toy", WRAPPED)
    for word in ("one", "two"):
        project.digits("run", "--set", f"say.word={word}")
    return project


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("error", ERRORS)
def test_a_call_that_fails_ends_a_command_cleanly(name: str, error: str, template: Project, tmp_path: Path) -> None:
    """Whichever call fails: one error without traceback, exit code 1, nothing lost; then the same command succeeds."""
    found: dict[int, object] = {}
    call, code = ERRORS[error]
    step = often(5, 1) if name == "run" else 1
    for number in range(1, 1000, step):
        project = _copied(template, tmp_path / str(number))
        inject = f"inject={call}:error={code}:when={number}"
        words = [word.format(project=project.path) for word in COMMANDS[name]]
        tracer = ["strace", "-f", "-qq", "-o", str(project.path / "calls"), "-y", "-e", inject]
        done = run_forked([str(DIGITS), "-C", str(project.path), *words], project.variables(), tracer=tracer)
        if "(INJECTED)" not in (project.path / "calls").read_text():
            break
        must_fail = error == "fsync" or done.returncode  # a cache need not be written
        wrong = [
            *(_unclean(done) if must_fail else []),
            *_lost(project, template, name),
            *_flushed_again(project.path / "calls"),
        ]
        wrong += [str(path) for path in project.path.glob(".run.tar*")]
        project.digits(*words)
        if wrong or damage_in(project.artifacts):
            found[number] = wrong
        shutil.rmtree(project.path)
    assert found == {}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_run_at_a_limit_ends_cleanly(limit: str, template: Project, tmp_path: Path) -> None:
    """With too few open files, or too small ones: one error, no traceback, exit code 1; without the limit it runs."""
    project = template.copy(tmp_path)
    what, number = LIMITS[limit]
    done = _run(project, *COMMANDS["run"], limit=lambda: resource.setrlimit(what, (number, number)))
    wrong = [*_lost(project, template, "run"), *(_unclean(done) if done.returncode else [])]
    project.digits(*COMMANDS["run"])
    project.digits("verify")
    assert wrong == []


def test_a_run_without_memory_ends_cleanly(template: Project, tmp_path: Path) -> None:
    """A stage that asks for more memory than there is: one error without traceback, exit code 1."""
    project = template.copy(tmp_path)
    project.edit("toys/say.py", "    Text.write", "    bytes(2**40)\n    Text.write")
    done = _run(
        project, *COMMANDS["run"], limit=lambda: resource.setrlimit(resource.RLIMIT_AS, (600 * MEGA, 600 * MEGA))
    )
    assert _unclean(done) == []
    assert "free some memory" in done.stderr


def test_a_read_only_project_can_be_looked_at(template: Project, tmp_path: Path) -> None:
    """Where nothing can be written, commands that look work, and a run ends with one error and exit code 1."""
    project = template.copy(tmp_path)
    script = f"mount --bind {project.path} {project.path} && mount -o remount,bind,ro {project.path} && "
    script += "for words in show runs verify models plan run; do "
    script += f"{DIGITS} -C {project.path} $words > {tmp_path}/$words 2>&1; echo $words $?; done"
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine lets no user mount a folder read-only: {done.stderr}")
    statuses = dict(line.split() for line in done.stdout.splitlines())
    assert statuses == {"show": "0", "runs": "0", "verify": "0", "models": "0", "plan": "0", "run": "1"}
    said = (tmp_path / "run").read_text()
    assert re.match(rf"error: {project.path}\S*: Read-only file system\n  do: ", said), said


def _copied(template: Project, path: Path) -> Project:
    shutil.copytree(template.path, path, symlinks=True)
    return Project(path, {})


def _run(project: Project, *words: str, limit: Callable[[], None]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DIGITS, "-C", project.path, *words],
        env=project.variables(),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
    )


def _unclean(done: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what a command printed, unless it ended with exit code 1 and one error in words."""
    errors = re.findall(r"^error: ", done.stderr, re.MULTILINE)
    traceback = "Traceback" in done.stderr or "Logging error" in done.stderr
    return [] if done.returncode == 1 and len(errors) == 1 and not traceback else [f"{done.returncode}\n{done.stderr}"]


def _lost(project: Project, template: Project, name: str) -> list[object]:
    """Return what is damaged, and which facts are lost."""
    facts = kept(facts_of(template.artifacts), COMMANDS[name][0])
    return [*damage_in(project.artifacts), *(facts - facts_of(project.artifacts))]


def _flushed_again(calls: Path) -> list[str]:
    """Return the files, not folders, that were flushed again after that had failed."""
    flushed = [re.search(r"fsync\(\d+<(.*?)>\)(.*)", line) for line in calls.read_text().splitlines()]
    order = [(each[1], "INJECTED" in each[2]) for each in flushed if each]
    failed = [path for path, wrong in order if wrong]
    after = [path for path, _ in order[[wrong for _, wrong in order].index(True) + 1 :]] if failed else []
    return [path for path in failed if path in after and not Path(path).is_dir()]
