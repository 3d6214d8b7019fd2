"""The access log."""

from __future__ import annotations

import io
import json
import threading
from typing import Any

import pytest

from inference.server.guard import access_log
from inference.server.guard.access_log import AccessLog, Exchange


def _exchange(path: str = "/predict") -> Exchange:
    return Exchange("POST", path, 200, 0.01, 5, 7, "127.0.0.1", "v0001")


def test_an_exchange_is_one_line() -> None:
    """A path with line breaks, escape sequences and lone surrogates stays one line of ASCII."""
    stream = io.StringIO()
    log = AccessLog(stream)
    log.add(_exchange("/a\nb\x1b[31m\u2028\ud800"))
    log.close()
    [line] = stream.getvalue().splitlines()
    assert line.isascii()
    assert json.loads(line)["path"] == "/a\nb\x1b[31m\u2028\ud800"


class _Stuck(io.StringIO):
    """A stream that nobody reads until it is released."""

    def __init__(self) -> None:
        super().__init__()
        self.released = threading.Event()

    def write(self, text: str) -> int:
        self.released.wait()
        return super().write(text)


def test_a_log_that_nobody_reads_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines beyond the bound are dropped and counted; adding never waits."""
    monkeypatch.setattr(access_log, "MOST_WAITING", 10)
    stream = _Stuck()
    log = AccessLog(stream)
    for _ in range(100):
        log.add(_exchange())
    stream.released.set()
    log.close()
    rows: list[dict[str, Any]] = [json.loads(line) for line in stream.getvalue().splitlines()]
    dropped = [int(row["event"].split()[0]) for row in rows if "event" in row]
    assert sum(dropped) > 0
    assert sum(dropped) + sum("path" in row for row in rows) == 100
