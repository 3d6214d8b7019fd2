"""Score every file below a folder and account for each exactly once."""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from inference.scoring.engines.beam import Beam
from inference.scoring.engines.local import score_locally
from inference.scoring.job import Job
from inference.scoring.ledger import SHARDS, Ledger
from inference.scoring.output import Output
from inference.scoring.progress import Meter
from inference.scoring.storage.atomic_file import is_remote, join, list_names, remove
from inference.scoring.summary import Summary
from schemas.artifacts.predictions import prediction_schema
from schemas.errors import StageError, UsageError

__all__ = ["Scored", "score_folder"]

LOCK = ".lock"
OURS = re.compile(r"\.?[0-9a-f]{32}\.parquet(\.[0-9a-f]{8})?")  # parts, and temporary files that a killed process left


@dataclass(frozen=True)
class Scored:
    """The result of scoring a folder.

    Attributes:
        listed: number of files.
        kept: number of those whose part existed already.
        summary: counts of all predictions.
        seconds: duration.
    """

    listed: int
    kept: int
    summary: Summary
    seconds: float

    @property
    def rate(self) -> float:
        """Files scored a second, existing parts not counted."""
        return (self.listed - self.kept) / max(self.seconds, 1e-9)


def score_folder(
    work: Job, output: Output, *, beam: Beam | None = None, workers: int | None = None, force: bool = False
) -> Scored:
    """Score a folder.

    Args:
        work: the folder, the model and the columns.
        output: where the predictions go; an interrupted attempt resumes.
        beam: the Apache Beam engine to use; None for this machine.
        workers: processes on this machine; by default one for each core.
        force: whether to score files again whose part exists.

    Raises:
        UsageError: another process is writing this output, or the output is the scored folder itself.
        StageError: files are not accounted for, or the output cannot be written.
    """
    begun = time.monotonic()
    if not output.suffix and work.source.names(output.path):
        raise UsageError(
            f"{output.path} is the folder being scored: it cannot hold the parts",
            do="name a folder inside or beside it",
        )
    try:
        with _locked(output):
            return _score(work, output, beam, workers, force=force, begun=begun)
    except OSError as error:
        raise StageError(
            f"{output.path} cannot be written",
            found=f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error),
            do="fix that and run the same command again: it resumes",
        ) from error


def _score(  # noqa: PLR0913  (the arguments of score_folder)
    work: Job, output: Output, beam: Beam | None, workers: int | None, *, force: bool, begun: float
) -> Scored:
    ledger = Ledger(work, output.parts)
    there = set[str]() if force else list_names(output.parts)
    tasks, meter = ledger.tasks(there), Meter(ledger, begun)
    if beam is None:
        score_locally(tasks, work, meter.add, workers or _cores())
    else:
        with meter.watch():
            beam.score(tasks, work)
    for _ in tasks:
        pass
    ledger.check()
    summary = Summary(work.bundle.classes)
    output.write(ledger.names, prediction_schema(len(work.bundle.classes), **vars(work.columns)), summary.add)
    if summary.files != ledger.listed:
        raise StageError("files are not accounted for", found=f"{summary.files} of {ledger.listed}")
    _clear(output, set(ledger.names))
    return Scored(ledger.listed, ledger.kept, summary, time.monotonic() - begun)


def _clear(output: Output, parts: set[str]) -> None:
    """Remove obsolete parts: all of them if the output is a file, else those of files changed since."""
    remove(join(output.parts, SHARDS))
    if output.suffix and is_remote(output.path):
        remove(output.parts)
        return
    obsolete = list_names(output.parts) - (set() if output.suffix else parts)
    for name in obsolete - {LOCK}:
        if output.suffix or OURS.fullmatch(name):
            remove(join(output.parts, name))


@contextmanager
def _locked(output: Output) -> Generator[None]:
    """Lock the output against other processes of this machine; remove the folder of its parts if that is empty then."""
    if is_remote(output.path):
        yield
        return
    Path(output.parts).mkdir(parents=True, exist_ok=True)
    path = Path(join(output.parts, LOCK))
    try:
        with path.open("w", encoding="utf-8") as file:
            if not _lock(file, path):
                raise UsageError(f"{output.path} is being written by another process", do="wait until it is done")
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
    finally:
        if output.suffix:
            with suppress(OSError):  # only now: a file server keeps the lock under another name while it is open
                Path(output.parts).rmdir()


def _lock(file: TextIO, path: Path) -> bool:
    """Return whether the lock was taken: nobody else holds it, and its file was not removed meanwhile."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _cores() -> int:
    return len(os.sched_getaffinity(0))
