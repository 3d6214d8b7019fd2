"""Carry out a function in a forked process, which may be made to die before any of its changes to files."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from schemas.errors import DigitsError

__all__ = ["DIED", "DONE", "REFUSED", "begin", "finish"]

DONE, FAILED, REFUSED, DIED = 0, 1, 2, 9
"""Exit statuses: as it should, with an exception of Python, with one of digits, and killed."""
CHANGES = frozenset(
    {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "os.link", "os.chmod", "os.truncate"}
)
"""Python's audit events of what changes files; `open` is one too, if it is for writing."""


def begin(function: Callable[[], object], log: Path, dies_at: int = 0) -> int:
    """Start a process that calls a function, and return its number.

    Args:
        function: to call.
        log: gets what it prints, and the traceback of an error.
        dies_at: the change to a file before which it ends without further ado; 0 for none.
    """
    if process := os.fork():
        return process
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for number in (1, 2):
            os.dup2(descriptor, number)
        if dies_at:
            sys.addaudithook(_Death(dies_at).see)
        function()
    except DigitsError:
        os._exit(REFUSED)
    except BaseException:  # noqa: BLE001  (it must not go on as a second test)
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(FAILED)
    os._exit(DONE)


def finish(process: int, log: Path) -> int:
    """Return the exit status of a process that was begun; fail with its traceback if it ended with another error."""
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status in {DONE, REFUSED, DIED}, log.read_text(encoding="utf-8", errors="replace")
    return status


class _Death:
    """Ends the process before one of its changes to files."""

    def __init__(self, at: int) -> None:
        self._left = at

    def see(self, event: str, arguments: tuple[object, ...]) -> None:
        """Count an event of Python."""
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if event in CHANGES or writes:
            self._left -= 1
            if not self._left:
                os._exit(DIED)
