"""Kill a command before its first, second, third ... system call of a kind."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.project import DIGITS, Project

__all__ = ["CALLS", "killed_before_each", "need_strace"]

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
KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)


def killed_before_each(call: str, folder: Path, template: Project, *words: str) -> Iterator[tuple[int, Project]]:
    """Yield copies of a project whose command was killed before its first, second ... call, until one survives.

    Args:
        call: a key of CALLS.
        folder: for the copies; each is removed after it was yielded.
        template: to copy.
        words: the command, without `digits`.
    """
    for number in range(1, 1000):
        path = folder / str(number)
        shutil.copytree(template.path, path, symlinks=True)
        project = Project(path, {})
        inject = f"inject={CALLS[call]}:signal=KILL:when={number}"
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", inject, DIGITS, "-C", path, *words]
        status = subprocess.run(command, env=project.variables(), check=False, capture_output=True).returncode
        if status == 0:
            assert number > 1, f"the command has no call of {CALLS[call]}"
            return
        assert status in KILLED
        yield number, project
        shutil.rmtree(path)


def need_strace() -> None:
    """Skip the test if strace cannot kill a command before a chosen system call."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed: it kills a run before a chosen system call")
    if subprocess.run(["strace", "-o", "/dev/null", "true"], check=False, capture_output=True).returncode:
        pytest.skip("strace may not trace processes on this machine (ptrace is not permitted)")
