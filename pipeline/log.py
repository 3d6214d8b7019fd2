"""Log a run: messages as JSON lines, and the printed output of each stage in a separate file."""

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
    """Formats each record as a JSON object: time (UTC), level, logger, message and any traceback."""

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
        return json.dumps(line, ensure_ascii=False)


@contextmanager
def write_log(path: Path) -> Generator[None]:
    """Write everything logged in the process, warnings included, at level INFO and above."""
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
    """Redirect standard output and error to a file, including what C++ code prints."""
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
