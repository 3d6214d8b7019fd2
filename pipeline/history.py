"""Read past runs, and tell which are still running."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.records.run import RunRecord

__all__ = ["hold", "maker_of", "read_runs"]


def read_runs(artifacts: Path) -> Iterator[RunRecord]:
    """Yield the records of all readable runs, newest first."""
    runs = artifacts / "runs"
    for folder in sorted(runs.iterdir(), reverse=True) if runs.is_dir() else ():
        if record := read_run(folder):
            yield record


def maker_of(artifacts: Path, path: str) -> RunRecord | None:
    """Return the run that made an artifact: the earliest with it among its outputs; None if no record is left."""
    made = [run for run in read_runs(artifacts) for stage in run.stages if path in stage.outputs.values()]
    return made[-1] if made else None


def read_run(folder: Path) -> RunRecord | None:
    """Read the record of one run; its outcome is `running` while a process holds the lock on its folder."""
    try:
        record = RunRecord.from_json((folder / "run.json").read_bytes())
    except (OSError, ValueError):
        return None
    if record.outcome == "interrupted" and is_held(folder):
        record.outcome = "running"
    return record


@contextmanager
def hold(folder: Path, how: int = fcntl.LOCK_EX) -> Generator[None]:
    """Lock a run's folder to show that its process is alive; the lock ends with the process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def is_held(folder: Path) -> bool:
    """Return whether a live process holds the lock on a run's folder."""
    try:
        with hold(folder, fcntl.LOCK_SH | fcntl.LOCK_NB):
            return False
    except BlockingIOError:
        return True
