"""Progress of scoring a folder."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress

from inference.scoring.ledger import Ledger
from inference.scoring.storage.atomic_file import is_remote
from schemas.progress import Progress, report

__all__ = ["Meter"]

OFTEN = 0.25  # seconds between two reports
MILESTONE = 10.0  # seconds between two milestones
POLL = 2.0  # seconds between two listings of the parts, for engines that report nothing


class Meter:
    """Reports the progress of scoring.

    Args:
        ledger: the ledger of the folder.
        begun: start of scoring, in seconds of time.monotonic.
    """

    def __init__(self, ledger: Ledger, begun: float) -> None:
        self._ledger = ledger
        self._begun = begun
        self._reported = begun
        self._milestone = begun
        self._done = 0

    def add(self, files: int) -> None:
        """Report that more files are scored."""
        self._reach(self._done + files)

    @contextmanager
    def watch(self) -> Generator[None]:
        """Report new parts while the context is open, whoever writes them; a remote file system is not polled."""
        if is_remote(self._ledger.parts):
            yield
            return
        before, over = _parts(self._ledger.parts), threading.Event()

        def poll() -> None:
            while not over.wait(POLL):
                with suppress(OSError):  # a missing folder is an error of its writer
                    new = _parts(self._ledger.parts).items() - before.items()
                    self._reach(sum(self._ledger.count(name) for name, _ in new))

        watcher = threading.Thread(target=poll, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            over.set()
            watcher.join()

    def _reach(self, done: int) -> None:
        self._done = done
        now = time.monotonic()
        every = done + self._ledger.kept
        if now < self._reported + OFTEN and every < self._ledger.listed:
            return
        milestone = now > self._milestone + MILESTONE
        self._reported, self._milestone = now, now if milestone else self._milestone
        rate = done / max(now - self._begun, 1e-9)
        grows = not self._ledger.complete
        report(Progress(every, self._ledger.listed, "files", milestone=milestone, rate=rate, grows=grows))


def _parts(folder: str) -> dict[str, int]:
    """Return the names in a folder with their inodes, which change when a file is replaced."""
    with os.scandir(folder) as found:
        return {entry.name: entry.inode() for entry in found}
