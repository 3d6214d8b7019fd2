"""Read past runs and the names that people call them by; tell which are still running, and what is in use."""

from __future__ import annotations

import fcntl
import os
import re
import stat
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.errors import UsageError
from schemas.manifest import fsync, make_folder, replace_link
from schemas.records.run import RunRecord

__all__ = [
    "NAMES",
    "hold",
    "is_held",
    "maker_of",
    "name_run",
    "new_run_name",
    "read_run",
    "read_runs",
    "read_runs_of",
    "run_names",
    "unreadable_runs",
    "use",
]

NAMES = "names"
"""The folder of artifacts/ with a relative link to a run for each name."""
RESERVED = ("champion", "corrections", "latest")
NAME = re.compile(r"[^/\x00-\x1f\x7f]{0,60}")
LIKE_A_RUN = re.compile(r"\d{8}T")
TIMED = re.compile(r"(\d{8}T\d{6}\.\d{3})Z-[0-9a-f]{4}")
_used: set[Path] = set()


def new_run_name(now: datetime, before: Iterable[str]) -> str:
    """Return a new name for a run that begins *now*, UTC; it sorts after those *before*, even if the clock is set back.

    Args:
        now: the time.
        before: names of earlier runs.
    """
    time = _stamp(now)
    last = max((match[1] for match in map(TIMED.fullmatch, before) if match), default="")
    if last >= time:
        with suppress(ValueError, OverflowError):  # no time at all, or the last there is
            later = datetime.strptime(last, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC) + timedelta(milliseconds=1)
            time = _stamp(later)
    return f"{time}Z-{os.urandom(2).hex()}"


def _stamp(time: datetime) -> str:
    return f"{time:%Y%m%dT%H%M%S}.{time.microsecond // 1000:03d}"


def read_runs(artifacts: Path) -> Iterator[RunRecord]:
    """Yield the records of all readable runs, newest first."""
    runs = artifacts / "runs"
    for folder in sorted(runs.iterdir(), reverse=True) if runs.is_dir() else ():
        if record := read_run(folder):
            yield record


def unreadable_runs(artifacts: Path) -> Iterator[str]:
    """Yield the names of the runs that have a record which cannot be read, or a folder that may not be entered."""
    runs = artifacts / "runs"
    for folder in sorted(runs.iterdir()) if runs.is_dir() else ():
        try:
            there = stat.S_ISDIR(folder.lstat().st_mode) and bool((folder / "run.json").lstat())
        except FileNotFoundError:
            continue
        except OSError:
            there = True
        if there and read_run(folder) is None:
            yield folder.name


def read_runs_of(artifacts: Path, file: str | None) -> Iterator[RunRecord]:
    """Yield the records of the runs of one pipeline, newest first: of the file that -f named, or of pipeline.yaml."""
    return (run for run in read_runs(artifacts) if run.file == file)


def maker_of(artifacts: Path, path: str) -> RunRecord | None:
    """Return the run that made an artifact: the earliest with it among its outputs; None if no record is left."""
    made = [run for run in read_runs(artifacts) for stage in run.stages if path in stage.outputs.values()]
    return made[-1] if made else None


def read_run(folder: Path) -> RunRecord | None:
    """Read the record of one run; its outcome is `running` while a process holds the lock on its folder."""
    try:
        record = RunRecord.load(folder / "run.json")
    except (OSError, ValueError):
        return None
    if record.outcome == "interrupted" and is_held(folder):
        record.outcome = "running"
    return record


def run_names(artifacts: Path) -> dict[str, str]:
    """Return the run that each name stands for, by the name. A run may have several; one that is gone, none."""
    links = (link for link in sorted((artifacts / NAMES).glob("[!.]*")) if link.is_symlink() and link.exists())
    return {link.name: link.readlink().name for link in links}


def name_run(artifacts: Path, run: str, name: str) -> None:
    """Let a name stand for a run, atomically; it may have stood for another. An empty name removes those of the run.

    Raises:
        UsageError: the name cannot be one.
    """
    folder = artifacts / NAMES
    is_text = NAME.fullmatch(name) and name.isprintable()
    if name in RESERVED or name.startswith(".") or not is_text or LIKE_A_RUN.match(name):
        raise UsageError(f"a run cannot be named {name}", expected="up to 60 characters, none of them /")
    make_folder(folder)
    if name:
        replace_link(folder / name, f"../runs/{run}")
    for old in [each for each, named in run_names(artifacts).items() if named == run and each != name]:
        (folder / old).unlink(missing_ok=True)
    fsync(folder)


def use(folder: Path) -> None:
    """Keep a version or a run from being deleted as long as this process lives."""
    if folder in _used:
        return
    with suppress(OSError):  # it is gone, and whoever reads it says so
        fcntl.flock(os.open(folder, os.O_RDONLY), fcntl.LOCK_SH)  # the descriptor stays open, and with it the lock
        _used.add(folder)


@contextmanager
def hold(folder: Path, how: int = fcntl.LOCK_EX) -> Generator[None]:
    """Lock a run's folder to show that its process is alive; the lock ends with the process."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def is_held(folder: Path, how: int = fcntl.LOCK_SH) -> bool:
    """Return whether a live process holds the lock on a run's folder; with LOCK_EX, any lock on a folder."""
    try:
        with hold(folder, how | fcntl.LOCK_NB):
            return False
    except BlockingIOError:
        return True
