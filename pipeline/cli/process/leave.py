"""End a process that has loaded TensorFlow or gRPC, without their teardown."""

from __future__ import annotations

import atexit
import os
import sys
from typing import NoReturn

__all__ = ["leave"]

BROKEN_PIPE = 120  # Python's own exit code when it cannot flush standard output


def leave(status: int) -> NoReturn:
    """Run exit handlers, flush output and end the process at once.

    Tearing down TensorFlow takes 2 s of CPU, and gRPC, which Beam uses, may abort the process (exit code -6) if a
    signal left one of its threads running. A command needs no teardown: its files are closed, its processes have ended.

    Args:
        status: exit code.
    """
    atexit._run_exitfuncs()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  (there is no public function for it)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = status or BROKEN_PIPE
    os._exit(status)
