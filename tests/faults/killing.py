"""Kill a command before its first, second, third ... system call of some kinds."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

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
KILLED = (-signal.SIGKILL, 128 + signal.SIGKILL)


def killed_before_each(
    calls: str, folder: Path, template: Project, *words: str, step: int = 1
) -> Iterator[tuple[int, Project]]:
    """Yield copies of a project whose command was killed before its first, second ... call, until one survives.

    Args:
        calls: a value of CALLS, or ANY.
        folder: for the copies; each is removed after it was yielded.
        template: to copy.
        words: the command, without `digits`; {project} in them is the folder of the copy.
        step: 3 kills before the first, fourth, seventh ... call.
    """
    for number in range(1, 5000, step):
        path = folder / str(number)
        shutil.copytree(template.path, path, symlinks=True)
        project = Project(path, {})
        inject = f"inject={calls}:signal=KILL:when={number}"
        command = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", inject, DIGITS, "-C", path]
        command += [word.replace("{project}", str(path)) for word in words]
        status = subprocess.run(command, env=project.variables(), check=False, capture_output=True).returncode
        if status == 0:
            assert number > 1, f"the command has no call of {calls}"
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
