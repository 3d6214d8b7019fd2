"""Kill a command before its first, second, third ... system call of some kinds."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forked import run_forked
from tests.project import DIGITS, Project

__all__ = ["ANY", "CALLS", "killed_before_each", "need_strace"]

# The system calls by which a command publishes, records and cleans up; strace ignores the `?` names a machine lacks.
CALLS = {
    "rename": "?rename,?renameat,?renameat2",
    "symlink": "?symlink,?symlinkat",
    "unlinkat": "unlinkat",
    "unlink": "?unlink,?unlinkat",
    "rmdir": "?rmdir",
    "fsync": "fsync",
    "chmod": "?chmod,?fchmodat",
}
ANY = ",".join([*(CALLS[call] for call in CALLS if call != "fsync"), "?mkdir,?link,?linkat,?write,?ftruncate"])
"""Every call that changes what other processes see."""


def killed_before_each(
    calls: str, folder: Path, template: Project, *words: str, step: int = 1, also: str = ""
) -> Iterator[tuple[str, Project]]:
    """Yield the call and a copy of a project whose command was killed before it: each first, second ... call in turn.

    strace counts each system call by itself, so that each is tried by itself. A call that touches no file of the
    project is passed over: the command is killed before the next that does, in the same state.

    Args:
        calls: a value of CALLS, or ANY.
        folder: for the copies; each is removed after it was yielded.
        template: to copy.
        words: the command, without `digits`; {project} in them is the folder of the copy.
        step: 3 kills before the first, fourth, seventh ... of these calls.
        also: what else strace does to the command, such as `inject=mkdir:error=ENOSPC:when=2`.
    """
    made = _calls_on_files([f"trace={calls}", *filter(None, [also])], folder / "whole", template, *words)
    assert made, f"the command has no call of {calls}"
    for call, numbers in made.items():
        for number in numbers[::step]:
            path = folder / f"{call}-{number}"
            kill = f"inject={call}:signal=KILL:when={number}"
            status = _trace([kill, *filter(None, [also])], path, template, *words)
            assert status in {0, -signal.SIGKILL}
            if status:  # this time it made as many calls
                yield path.name, Project(path, {})
            shutil.rmtree(path)


def _calls_on_files(what: list[str], path: Path, template: Project, *words: str) -> dict[str, list[int]]:
    """Return which of the calls a command makes on files of a copy, which is removed: the numbers of each, from 1.

    Each process and thread counts for itself, as it does where strace kills.
    """
    assert _trace(what, path, template, *words) == 0
    lines = path.with_name("calls").read_text().splitlines()
    shutil.rmtree(path)
    made: Counter[tuple[str, str]] = Counter()
    numbers: defaultdict[str, set[int]] = defaultdict(set)
    for line in lines:
        if found := re.match(r"(\d+) +(\w+)\(", line):
            made[found[1], found[2]] += 1
            if str(path) in line:
                numbers[found[2]].add(made[found[1], found[2]])
    return {call: sorted(numbers[call]) for call in sorted(numbers)}


def _trace(what: list[str], path: Path, template: Project, *words: str) -> int:
    """Run a command in a copy of a project, and return its status; the calls are written to a file beside the copy."""
    project = Project(shutil.copytree(template.path, path, symlinks=True), {})
    expressions = [word for each in what for word in ("-e", each)]
    command = [str(DIGITS), "-C", str(path), *(word.replace("{project}", str(path)) for word in words)]
    tracer = ["strace", "-f", "-qq", "-y", "-o", str(path.with_name("calls")), *expressions]
    return run_forked(command, project.variables(), tracer=tracer).returncode


def need_strace() -> None:
    """Skip the test if strace cannot kill a command before a chosen system call."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: it kills a run before a chosen system call")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], check=False, capture_output=True).returncode:
        pytest.skip("strace may not trace processes on this machine (ptrace is not permitted)")
