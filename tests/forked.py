"""The command in forked processes: they have its modules already, which take most of the time of a short command.

Each is a process of its own, with its own arguments, environment, folder, output and exit status.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from types import ModuleType

__all__ = ["PRELOADED", "READ_AT_START", "run_forked"]

HOUSE = Path(__file__).parents[1]
READ_AT_START = ("PYTHON", "LC_", "LANG")
"""Variables that Python reads when it starts: a forked process has those of the process it comes from."""
PRELOADED = "LD_PRELOAD"
"""A variable that is read when a program is loaded: for each of its values there is a process to fork."""
ALSO = ("yaml", "yaml.cyaml", "typer._click.decorators")
"""Modules that commands import when they need them, beside those of the rooms."""
SET_TRACER, ANYONE = 0x59616D61, ctypes.c_ulong(-1)
"""PR_SET_PTRACER and PR_SET_PTRACER_ANY of Linux, linux/prctl.h."""


def run_forked(
    words: list[str], variables: dict[str, str], folder: Path | None = None, tracer: Sequence[str] = ()
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without input.

    Args:
        words: the program, a Python script, and its arguments.
        variables: all its environment variables. A new Python starts if one of them asks for another Python.
        folder: its working directory; by default that of the tests.
        tracer: strace and its options; it follows what the program does, not what Python does to start.
    """
    if _read_at_start(variables) != _read_at_start(os.environ):
        whole = [*tracer, *words]
        return subprocess.run(whole, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    with tempfile.TemporaryDirectory() as printed:
        out, err = Path(printed, "out"), Path(printed, "err")
        forks = _forks(variables.get(PRELOADED, ""))
        status = forks.ask([words, variables, str(folder or Path.cwd()), str(out), str(err), list(tracer)])
        return subprocess.CompletedProcess(words, status, out.read_text("utf-8"), err.read_text("utf-8"))


def _read_at_start(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name.startswith(READ_AT_START)}


class _Forks:
    """A process that has imported the command, and forks itself for each request."""

    def __init__(self, preloaded: str) -> None:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "tests.forked", str(theirs.fileno())]
        variables = os.environ | ({PRELOADED: preloaded} if preloaded else {})
        self._process = subprocess.Popen(command, cwd=HOUSE, env=variables, pass_fds=[theirs.fileno()])
        theirs.close()
        self._connection = ours.makefile("rw", encoding="utf-8")
        self._lock = Lock()

    def ask(self, request: list[object]) -> int:
        """Return the exit status of a request; a negative number is a signal."""
        with self._lock:
            print(json.dumps(request), file=self._connection, flush=True)
            return int(self._connection.readline())


@cache
def _forks(preloaded: str) -> _Forks:
    return _Forks(preloaded)


def _serve(connection: socket.socket) -> list[str]:
    """Fork for each request, and return the words of the command in the new process."""
    with connection.makefile("rw", encoding="utf-8") as requests:
        while request := requests.readline():
            words, variables, folder, out, err, tracer = json.loads(request)
            wait, go = os.pipe()
            if not (process := os.fork()):
                os.close(go)
                _become(variables, folder, out, err)
                if tracer:
                    _wait_for_tracer(wait)
                os.close(wait)
                return words
            os.close(wait)
            traced = _trace(process, tracer) if tracer else None
            os.close(go)
            _, status = os.waitpid(process, 0)
            if traced:
                traced.wait()
            print(os.waitstatus_to_exitcode(status), file=requests, flush=True)
    os._exit(0)


def _wait_for_tracer(go: int) -> None:
    """Let any process trace this one, as only its parent may on some machines, and wait until the pipe is closed."""
    ctypes.CDLL(None).prctl(SET_TRACER, ANYONE)
    os.read(go, 1)


def _trace(process: int, tracer: Sequence[str]) -> subprocess.Popen[bytes]:
    """Return strace as soon as it follows the process."""
    traced = subprocess.Popen([*tracer, "-p", str(process)], stdin=subprocess.DEVNULL)
    while "TracerPid:\t0\n" in Path(f"/proc/{process}/status").read_text("utf-8"):
        if traced.poll() is not None:
            os.kill(process, signal.SIGKILL)
            raise RuntimeError(f"{' '.join(tracer)} cannot trace a process")
        time.sleep(0.001)
    return traced


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
    for name in ALSO:
        importlib.import_module(name)
    gc.freeze()
    sys.argv = _serve(socket.socket(fileno=int(sys.argv[1])))
    runpy.run_path(sys.argv[0], run_name="__main__")
