"""Score every file below a folder, and account for each exactly once."""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from inference.scoring.engines.beam import Beam
from inference.scoring.engines.local import score_locally
from inference.scoring.job import Work
from inference.scoring.ledger import SHARDS, Ledger
from inference.scoring.output import Output
from inference.scoring.progress import Meter
from inference.scoring.storage.atomic_file import is_remote, join, names_in, remove
from inference.scoring.summary import Summary
from schemas.artifacts.predictions import prediction_schema
from schemas.errors import StageError, UsageError

__all__ = ["Scored", "score_folder"]

LOCK = ".lock"
OURS = re.compile(r"\.?[0-9a-f]{32}\.parquet(\.[0-9a-f]{8})?")  # parts, and what a killed process left of one


@dataclass(frozen=True)
class Scored:
    """What came of scoring a folder.

    Attributes:
        listed: files.
        kept: of them, those whose part was there already.
        summary: of all.
        seconds: it took.
    """

    listed: int
    kept: int
    summary: Summary
    seconds: float

    @property
    def rate(self) -> float:
        """Pictures a second, of those that were scored now."""
        return (self.listed - self.kept) / max(self.seconds, 1e-9)


def score_folder(
    work: Work, output: Output, *, beam: Beam | None = None, workers: int | None = None, force: bool = False
) -> Scored:
    """Score a folder.

    Args:
        work: the folder, the model and the columns.
        output: where the predictions go; where an earlier attempt was broken off, it goes on.
        beam: which of Apache Beam's engines does it; None is this machine.
        workers: processes on this machine; by default one a core.
        force: scores what was scored already.

    Raises:
        UsageError: another process is writing this output, or it is the folder itself.
        StageError: files are not accounted for, or the output cannot be written.
    """
    begun = time.monotonic()
    if not output.suffix and os.path.realpath(output.path) == os.path.realpath(work.source.root):
        raise UsageError(f"{output.path} is what is scored: parts cannot go there", do="name a folder in it or beside")
    try:
        with _hold(output):
            return _score(work, output, beam, workers, force=force, begun=begun)
    except OSError as error:
        raise StageError(
            f"{output.path} cannot be written",
            found=f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error),
            do="run the same command again when that is mended: it goes on with what is there",
        ) from error


def _score(  # noqa: PLR0913  (score_folder's own)
    work: Work, output: Output, beam: Beam | None, workers: int | None, *, force: bool, begun: float
) -> Scored:
    ledger = Ledger(work, output.parts)
    there = set[str]() if force else names_in(output.parts)
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
    if summary.decisions.total() != ledger.listed:
        raise StageError("files are not accounted for", found=f"{summary.decisions.total()} of {ledger.listed}")
    _clear(output, set(ledger.names))
    return Scored(ledger.listed, ledger.kept, summary, time.monotonic() - begun)


def _clear(output: Output, parts: set[str]) -> None:
    """Remove what is needed no more: of a file all parts, of a folder those of files that are no more as they were."""
    remove(join(output.parts, SHARDS))
    if output.suffix:
        remove(output.parts)
        return
    for name in names_in(output.parts) - parts:
        if OURS.fullmatch(name):
            remove(join(output.parts, name))


@contextmanager
def _hold(output: Output) -> Generator[None]:
    """Keep other processes of this machine from writing the same output."""
    if is_remote(output.path):
        yield
        return
    Path(output.parts).mkdir(parents=True, exist_ok=True)
    path = Path(join(output.parts, LOCK))
    with path.open("w", encoding="utf-8") as file:
        if not _lock(file, path):
            raise UsageError(f"{output.path} is being written by another process", do="wait until it is done")
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            if output.suffix and Path(output.parts).is_dir() and not any(Path(output.parts).iterdir()):
                Path(output.parts).rmdir()


def _lock(file: TextIO, path: Path) -> bool:
    """Take the lock; tells whether nobody else had it, nor has removed it in the meantime."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except (BlockingIOError, FileNotFoundError):
        return False


def _cores() -> int:
    return len(os.sched_getaffinity(0))
