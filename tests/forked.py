"""The command in forked processes: they have its modules already, which take most of the time of a short command.

Each is a process of its own, with its own arguments, environment, folder, output and exit status.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from types import ModuleType

__all__ = ["READ_AT_START", "run_forked"]

HOUSE = Path(__file__).parents[1]
READ_AT_START = ("PYTHON", "LC_", "LANG")
"""Variables that Python reads when it starts: a forked process has those of the process it comes from."""


def run_forked(
    words: list[str], variables: dict[str, str], folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without input.

    Args:
        words: the program, a Python script, and its arguments.
        variables: all its environment variables. A new Python starts if one of them asks for another Python.
        folder: its working directory; by default that of the tests.
    """
    if _read_at_start(variables) != _read_at_start(os.environ):
        return subprocess.run(words, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    with tempfile.TemporaryDirectory() as printed:
        out, err = Path(printed, "out"), Path(printed, "err")
        status = _forks().ask([words, variables, str(folder or Path.cwd()), str(out), str(err)])
        return subprocess.CompletedProcess(words, status, out.read_text("utf-8"), err.read_text("utf-8"))


def _read_at_start(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name.startswith(READ_AT_START)}


class _Forks:
    """A process that has imported the command, and forks itself for each request."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.forked", str(theirs.fileno())]
        self._process = subprocess.Popen(command, cwd=HOUSE, pass_fds=[theirs.fileno()])
        theirs.close()
        self._connection = ours.makefile("rw", encoding="utf-8")
        self._lock = Lock()

    def ask(self, request: list[object]) -> int:
        """Return the exit status of a request; a negative number is a signal."""
        with self._lock:
            print(json.dumps(request), file=self._connection, flush=True)
            return int(self._connection.readline())


@cache
def _forks() -> _Forks:
    return _Forks()


def _serve(connection: socket.socket) -> list[str]:
    """Fork for each request, and return the words of the command in the new process."""
    with connection.makefile("rw", encoding="utf-8") as requests:
        while request := requests.readline():
            words, variables, folder, out, err = json.loads(request)
            if not (process := os.fork()):
                _become(variables, folder, out, err)
                return words
            _, status = os.waitpid(process, 0)
            print(os.waitstatus_to_exitcode(status), file=requests, flush=True)
    os._exit(0)


def _become(variables: dict[str, str], folder: str, out: str, err: str) -> None:
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    for descriptor, path, mode in ((0, os.devnull, os.O_RDONLY), (1, out, os.O_WRONLY), (2, err, os.O_WRONLY)):
        opened = os.open(path, mode | os.O_CREAT, 0o600)
        os.dup2(opened, descriptor)
        os.close(opened)


def _import_all(room: ModuleType) -> None:
    for module in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


if __name__ == "__main__":
    for name in ("schemas", "pipeline", "inference"):
        _import_all(importlib.import_module(name))
    gc.freeze()
    sys.argv = _serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_path(sys.argv[0], run_name="__main__")
