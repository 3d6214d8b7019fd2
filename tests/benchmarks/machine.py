"""The machine that a benchmark ran on."""

from __future__ import annotations

import datetime as dt
import os
import platform
from pathlib import Path

__all__ = ["cores", "machine"]


def machine() -> str:
    """Return the date and the machine in words."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        model = next(line.partition(": ")[2] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.machine()
    return f"{dt.datetime.now(dt.UTC).date()}, {model}, {cores()} cores, Python {platform.python_version()}"


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))
