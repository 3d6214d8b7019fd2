"""Wait for another process; the timeout is a safety net that no test measures."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from schemas.file_cache import TICK

__all__ = ["PATIENCE", "wait_for", "wait_until_cacheable"]

PATIENCE = 600
"""Timeout in seconds, for events that take about a second on an idle machine."""

T = TypeVar("T")


def wait_for(condition: Callable[[], T], what: str) -> T:
    """Return the condition's value as soon as it is true; fail after PATIENCE seconds."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} never came"
        time.sleep(0.01)
    return found


def wait_until_cacheable(path: Path) -> None:
    """Wait until the tick in which a file changed is over, so that a FileCache keeps what is read from it."""
    changed = path.stat().st_ctime_ns
    wait_for(lambda: time.time_ns() > changed + TICK, "the next tick")
