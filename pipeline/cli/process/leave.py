"""The end of a process that has loaded TensorFlow: at once, when all is recorded and said."""

from __future__ import annotations

import atexit
import os
import sys
from typing import NoReturn

__all__ = ["leave"]

BROKEN_PIPE = 120  # as Python itself exits where it cannot write out what was printed


def leave(status: int) -> NoReturn:
    """End the process without taking it apart: exit handlers are called, and what was printed is written out.

    Module by module and destructor by destructor, the end of a process with TensorFlow takes 2 s of a processor, in
    which nothing happens that a command needs: its files are closed, its threads and processes have ended.

    Args:
        status: to exit with.
    """
    atexit._run_exitfuncs()  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]  (no public one calls them)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        status = status or BROKEN_PIPE
    os._exit(status)
