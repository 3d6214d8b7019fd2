"""What a process and its children cost: processor seconds, wall seconds, memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.project import HOUSE

__all__ = ["Cost", "run"]


@dataclass(frozen=True)
class Cost:
    """The cost of a process and its children.

    Attributes:
        cpu: processor seconds.
        wall: seconds.
        largest: largest peak memory of one process, MiB; 0 if it was not watched.
        together: peak memory of all processes together, MiB; shared pages count in each.
        said: its standard output.
    """

    cpu: float
    wall: float
    largest: float
    together: float
    said: str


def run(command: list[str], *, watch: bool = False) -> Cost:
    """Run a command as a process, which must exit with 0, and return its cost."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        begun = time.perf_counter()
        process = subprocess.Popen(command, cwd=HOUSE, env=variables, stdout=out, stderr=err)
        largest, together = _watch(process.pid) if watch else (0.0, 0.0)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        said, complaint = out.read(), err.read()
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}\n{complaint[-2000:]}")
    return Cost(usage.ru_utime + usage.ru_stime, wall, largest, together, said)


def _watch(process: int) -> tuple[float, float]:
    """Sample the memory of a process and its descendants ten times a second.

    Returns:
        The largest peak of one process and the largest sum over all of them, in MiB. The peak that wait4 reports
        would not do: it is at least the memory of the parent process.
    """
    largest = together = 0
    while os.waitid(os.P_PID, process, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        found = [_memory(each) for each in _family(process)]
        largest = max(largest, *(peak for peak, _ in found), 0)
        together = max(together, sum(now for _, now in found))
        time.sleep(0.1)
    return largest / 1024, together / 1024


def _family(process: int) -> list[int]:
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        children = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:  # it has ended
        return []
    return [process, *(each for child in children for each in _family(child))]


def _memory(process: int) -> tuple[int, int]:
    """Return the peak and the present memory of a process, in KiB."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:  # it has ended
        return 0, 0
    fields = {line.partition(":")[0]: line.split()[1] for line in lines if line.startswith(("VmHWM", "VmRSS"))}
    return int(fields.get("VmHWM", 0)), int(fields.get("VmRSS", 0))
