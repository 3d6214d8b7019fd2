"""Log a run: messages as JSON lines, and the printed output of each stage in a separate file."""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["LOGGER", "capture_output", "write_log"]

LOGGER = logging.getLogger("digits")


LONGEST = 20_000
"""Characters of a message or a traceback."""
MOST = 20_000_000
"""Bytes of a log, and of what a stage printed."""
INTERVAL = 0.05
"""Seconds between two looks at the size of what a stage prints."""


class JsonLines(logging.Formatter):
    """Formats each record as a JSON object: time (UTC), level, logger, message and any traceback.

    All but ASCII is escaped, so that no name can forge a line, in a terminal either; long texts are cut.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps({key: text[:LONGEST] for key, text in line.items()})


class BoundedFile(logging.FileHandler):
    """Appends to a file until it is full; one last line says so."""

    is_full = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record if there is room."""
        if Path(self.baseFilename).stat().st_size < MOST:
            super().emit(record)
        elif not self.is_full:
            self.is_full = True
            record = logging.makeLogRecord(vars(record) | {"msg": f"the log is full: {MOST:,} bytes", "args": None})
            super().emit(record)


@contextmanager
def write_log(path: Path) -> Generator[None]:
    """Write everything logged in the process, warnings included, at level INFO and above."""
    handler = BoundedFile(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(JsonLines())
    handler.setLevel(logging.INFO)
    root = logging.getLogger()
    root.addHandler(handler)
    LOGGER.setLevel(logging.DEBUG)
    logging.captureWarnings(capture=True)
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.removeHandler(handler)
        handler.close()


@contextmanager
def capture_output(path: Path) -> Generator[None]:
    """Redirect standard output and error to a file, including what C++ code prints; its middle is cut as it grows."""
    kept = [os.dup(number) for number in (1, 2)]
    with path.open("ab") as file:
        _redirect([file.fileno()] * 2)
    try:
        with _bounded(path):
            yield
    finally:
        _redirect(kept)
        for descriptor in kept:
            os.close(descriptor)


@contextmanager
def _bounded(path: Path) -> Generator[None]:
    """Keep a file that others append to from growing without end."""
    middle, ended = _Middle(path), threading.Event()

    def watch() -> None:
        while not ended.wait(INTERVAL):
            with suppress(OSError):  # the disk may be full; the stage says so
                middle.cut()

    watcher = threading.Thread(target=watch, name="output", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        ended.set()
        watcher.join()
        middle.cut()


class _Middle:
    """What is left out of a file that is too long.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self._path, self._left_out, self._mark = path, 0, b""

    def cut(self) -> None:
        """If the file is too long, keep its first and last bytes and say between them how many are left out."""
        if self._path.stat().st_size <= MOST:
            return
        with self._path.open("r+b") as file:
            file.seek(-(MOST // 4), os.SEEK_END)
            last = file.read()
            size = os.fstat(file.fileno()).st_size  # which grows while this reads
            file.truncate(MOST // 2)
        self._left_out += size - MOST // 2 - len(self._mark) - len(last)
        self._mark = f"\n[... about {self._left_out:,} bytes left out ...]\n".encode()
        with self._path.open("ab") as file:  # as others do: what they write meanwhile stays
            file.write(self._mark + last)


def _redirect(targets: list[int]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    for number, target in zip((1, 2), targets, strict=True):
        os.dup2(target, number)
