"""How far scoring a folder is, told while it runs."""

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

OFTEN = 0.25  # seconds between two words of how far it is
MILESTONE = 10.0  # between two that are worth a line
LOOK = 2.0  # between two looks at the parts of an engine that says nothing itself


class Meter:
    """Tells how far it is.

    Args:
        ledger: the account of the folder.
        begun: when scoring it was, in seconds of time.monotonic.
    """

    def __init__(self, ledger: Ledger, begun: float) -> None:
        self._ledger = ledger
        self._begun = begun
        self._told = begun
        self._milestone = begun
        self._done = 0

    def add(self, files: int) -> None:
        """Tell that so many more are scored."""
        self._reach(self._done + files)

    @contextmanager
    def watch(self) -> Generator[None]:
        """Count the parts that appear meanwhile, whoever writes them; not those of another file system."""
        if is_remote(self._ledger.parts):
            yield
            return
        before, over = _parts(self._ledger.parts), threading.Event()

        def look() -> None:
            while not over.wait(LOOK):
                with suppress(OSError):  # a folder that is gone is told of by who writes into it
                    new = _parts(self._ledger.parts).items() - before.items()
                    self._reach(sum(self._ledger.count(name) for name, _ in new))

        watcher = threading.Thread(target=look, daemon=True)
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
        if now < self._told + OFTEN and every < self._ledger.listed:
            return
        milestone = now > self._milestone + MILESTONE
        self._told, self._milestone = now, now if milestone else self._milestone
        rate = done / max(now - self._begun, 1e-9)
        grows = not self._ledger.complete
        report(Progress(every, self._ledger.listed, "files", milestone=milestone, rate=rate, grows=grows))


def _parts(folder: str) -> dict[str, int]:
    """Give what is in a folder, with the inode, which is another where a file takes the place of one."""
    with os.scandir(folder) as found:
        return {entry.name: entry.inode() for entry in found}
