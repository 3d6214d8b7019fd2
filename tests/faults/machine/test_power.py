"""Power cut at any instant of any command: nothing that a command reported as done is lost or emptied."""

from __future__ import annotations

import os
import random
import re
import signal
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from tests.faults.kills.killing import CALLS, need_strace
from tests.faults.machine.power import WITH_JOURNAL, WITHOUT_JOURNAL, Disk, disk_that_can_fail
from tests.faults.promises import damage_in, facts_of, kept
from tests.faults.thorough import often
from tests.forked import run_forked
from tests.inference.scoring.folders import write_pictures
from tests.pipeline.registry.conftest import WRAPPED
from tests.project import DIGITS, Project, toy_project

pytestmark = pytest.mark.faults

CUTS = often(20, 100)
SEED = 18
INSTANT = f"inject={','.join(CALLS.values())},?mkdir:signal=KILL:when="
MOST = {"run": 120, "gc": 60, "promote": 8, "rollback": 8, "alias": 8, "runs": 8, "export-run": 4, "score": 30}
"""System calls of each command by which it writes, about: one of them, drawn by chance, is the last."""


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Disk]:
    """Yield a disk with a project of toy stages, and one that can read digits."""
    need_strace()
    with disk_that_can_fail(tmp_path_factory.mktemp("power")) as disk:
        yield disk


def test_no_cut_loses_what_was_done(disk: Disk, sealed: Project) -> None:
    """After each of many cuts in a row all that was reported is there, `verify` is content, and work goes on."""
    chance = random.Random(SEED)  # noqa: S311
    toy = toy_project(disk.path / "toy", WRAPPED)
    reader = sealed.copy(disk.path)
    write_pictures(disk.path / "pictures", 20)
    for word in ("one", "two"):
        toy.digits("run", "--set", f"say.word={word}")
    os.sync()
    lost: dict[str, Sequence[object]] = {}
    for number in range(CUTS):
        words = _drawn(chance, number)
        project = reader if words[0] == "score" else toy
        before, files = facts_of(toy.artifacts), _outputs(disk.path)
        finished, said = _carry_out(project, words, chance.randrange(1, MOST[words[0]]))
        done = facts_of(toy.artifacts) if finished else kept(before, words[0])
        files |= _outputs(disk.path) if finished else {}
        stages = {path for path in _executions(toy) if path.split("/")[1] in said}
        disk.fail(chance.choice([WITH_JOURNAL, WITHOUT_JOURNAL]))
        gone = [*(done - facts_of(toy.artifacts)), *(stages - _executions(toy)), *damage_in(toy.artifacts)]
        gone += [name for name, content in files.items() if _outputs(disk.path).get(name) != content]
        if gone:
            lost[f"{number}: {' '.join(words)}, {'finished' if finished else 'cut'}"] = gone
    assert lost == {}
    toy.digits("run", "--set", "say.word=one")
    toy.digits("verify")


def _drawn(chance: random.Random, number: int) -> tuple[str, ...]:
    """Draw a command; half of them are runs with new settings."""
    new = ("run", "--set", f"say.word=word{number}")
    others = (
        ("run", "--set", "say.word=one"),
        ("gc", "--keep-runs", "2", "--delete"),
        ("promote", "champion", "--to", "../served"),
        ("rollback",),
        ("alias", f"name{number % 3}", "champion"),
        ("runs", "--name", "latest", f"name {number % 3}"),
        ("export-run", "latest", "--to", f"../run{number % 3}.tar"),
        ("score", "../pictures", "--out", f"../read{number % 3}.csv"),
    )
    return new if chance.random() < 0.5 else chance.choice(others)


def _carry_out(project: Project, words: tuple[str, ...], calls: int) -> tuple[bool, set[str]]:
    """Run a command, killed before one of its system calls; return whether it ended before, and the stages it did."""
    tracer = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"{INSTANT}{calls}"]
    command = [str(DIGITS), "-C", str(project.path), *words]
    ended = run_forked(command, project.variables(), project.path, tracer)
    assert ended.returncode in {0, 4, -signal.SIGKILL}, ended.stderr
    return ended.returncode == 0, set(re.findall(r"^(\w+) done in", ended.stderr, re.MULTILINE))


def _executions(project: Project) -> set[str]:
    return {path.relative_to(project.artifacts).as_posix() for path in project.artifacts.glob("store/*/exec*/[!.]*")}


def _outputs(folder: Path) -> dict[str, bytes]:
    """Return the content of each file that a command wrote outside the store."""
    return {path.name: path.read_bytes() for path in [*folder.glob("*.csv"), *folder.glob("*.tar")]}
