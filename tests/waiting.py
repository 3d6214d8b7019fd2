"""Waiting for what a process does; how long is a safety net and no part of any test."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

__all__ = ["PATIENCE", "wait_for"]

PATIENCE = 600
"""Seconds after which a test gives up on what takes a second or so on a quiet machine."""

T = TypeVar("T")


def wait_for(condition: Callable[[], T], what: str) -> T:
    """Return what the condition gives, once that is true; fail when it never is."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what} never came"
        time.sleep(0.01)
    return found
