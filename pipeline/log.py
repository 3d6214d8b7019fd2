"""A run's log: every message as a line of JSON, and all that a stage prints in a file of its own."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

__all__ = ["LOGGER", "capture_output", "write_log"]

LOGGER = logging.getLogger("digits")


class JsonLines(logging.Formatter):
    """One JSON object a message: time (UTC), level, logger, message and, for an exception, its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


@contextmanager
def write_log(path: Path) -> Generator[None]:
    """Write what is logged anywhere in the process, warnings too, at level INFO and above."""
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
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
    """Send what is printed to standard output and error, by C++ code too, to a file instead."""
    kept = [os.dup(number) for number in (1, 2)]
    with path.open("ab") as file:
        _redirect([file.fileno()] * 2)
    try:
        yield
    finally:
        _redirect(kept)
        for descriptor in kept:
            os.close(descriptor)


def _redirect(targets: list[int]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    for number, target in zip((1, 2), targets, strict=True):
        os.dup2(target, number)
