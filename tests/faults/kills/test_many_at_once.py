"""Many processes on one store, again and again; some of them are killed."""

from __future__ import annotations

import json
import random
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from pipeline.history import is_held, read_runs
from schemas.records.execution import Execution
from tests.faults.aftermath import contents
from tests.faults.promises import damage_in
from tests.faults.thorough import often
from tests.project import DIGITS, Project, toy_project

pytestmark = pytest.mark.faults

PROCESSES, RUNS = often(4, 8), often(5, 50)
KILLS = often(16, 200)
WORDS = [f"word{number}" for number in range(10)]
TOLD = """
import os
import time


def told(what):
    with open(os.path.join(os.path.dirname(__file__), "..", "told"), "a") as file:
        file.write(f"{what} {os.getpid()} {time.monotonic_ns()}\\n")


def louder"""
SEED = 18


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project whose stage shout writes down when it begins and ends."""
    project = toy_project(tmp_path / "toy")
    project.edit("toys/louder.py", "def louder", TOLD)
    project.edit("toys/shout.py", "import louder", "import louder, told")
    project.edit("toys/shout.py", "    Text.write", '    told("begin")\n    Text.write')
    with (project.path / "toys" / "shout.py").open("a") as file:
        file.write('    told("end")\n')
    return project


def test_of_many_at_once_none_is_lost(project: Project) -> None:
    """Every run succeeds and is on record; nothing is computed twice, or by two at once; no lock is left."""
    processes = [_start_series(project, number) for number in range(PROCESSES)]
    outcomes = [json.loads(line) for process in processes for line in process.communicate()[0].splitlines()]
    assert [process.returncode for process in processes] == [0] * PROCESSES
    assert len(outcomes) == len(list(read_runs(project.artifacts))) == PROCESSES * RUNS
    executions = Counter(each.fingerprint for each in _executions(project))
    assert set(executions.values()) == {1}
    _check_turns(project)
    assert damage_in(project.artifacts) == []
    assert _locks(project) == []


def test_random_kills_of_several_processes_do_no_harm(project: Project, tmp_path: Path) -> None:
    """After each of many kills the store is whole; in the end every run gives what an undisturbed one gives."""
    chance = random.Random(SEED)  # noqa: S311
    begun = time.monotonic()
    project.digits("run")
    seconds = time.monotonic() - begun
    found: list[object] = []
    for number in range(0, KILLS, 2):
        commands = [("run", "--set", f"say.word={chance.choice(WORDS)}"), _other(chance, number)]
        processes = [project.start(*words) for words in commands]
        time.sleep(chance.random() * 2 * seconds)
        for process in processes:
            process.kill()
            process.communicate()
        found += damage_in(project.artifacts)
    assert found == []
    assert _locks(project) == []
    fresh = toy_project(tmp_path / "fresh")
    for path in (project.path / "toys").glob("*.py"):
        (fresh.path / "toys" / path.name).write_text(path.read_text())
    for word in WORDS[:3]:
        for each in (project, fresh):
            each.digits("run", "--set", f"say.word={word}")
        assert contents(project) == contents(fresh)


def _start_series(project: Project, number: int) -> subprocess.Popen[str]:
    """Start a process that runs the pipeline again and again, and prints the record of each run in one line."""
    chance = random.Random(number)  # noqa: S311
    runs = [f"{DIGITS} -C {project.path} run --json --set say.word={chance.choice(WORDS)}" for _ in range(RUNS)]
    script = "set -e -o pipefail; " + "; ".join(f"{run} 2>>{project.path}/said | tr -d '\\n'; echo" for run in runs)
    return subprocess.Popen(["bash", "-c", script], stdout=subprocess.PIPE, text=True, env=project.variables())


def _other(chance: random.Random, number: int) -> tuple[str, ...]:
    """Draw what goes on beside a run."""
    others = [("run", "--set", f"say.word={chance.choice(WORDS)}"), ("gc", "--keep-runs", "5", "--delete")]
    others += [("rollback",), ("alias", f"name{number % 3}", "champion"), ("run", "--force", "shout")]
    return chance.choice(others)


def _executions(project: Project) -> list[Execution]:
    return [Execution.from_json(path.read_bytes()) for path in project.artifacts.glob("store/*/executions/[!.]*.json")]


def _check_turns(project: Project) -> None:
    """Check that the stage that writes down its times was never carried out by two processes at once."""
    lines = [line.split() for line in (project.path / "told").read_text().splitlines()]
    turns = sorted((int(time), what, process) for what, process, time in lines)
    for (_, first, one), (_, second, other) in zip(turns[::2], turns[1::2], strict=True):
        assert (first, second, one) == ("begin", "end", other)


def _locks(project: Project) -> list[Path]:
    """Return the locks that a process holds."""
    files = [*project.artifacts.glob("store/*/.lock"), *project.artifacts.glob("store/*/*/v*")]
    return [path for path in (*files, *project.artifacts.glob("runs/*"), project.artifacts / "store") if is_held(path)]
