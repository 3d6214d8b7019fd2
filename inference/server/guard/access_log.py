"""The access log: one JSON document a request, written by a thread of its own."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

__all__ = ["AccessLog", "Exchange"]

MOST_WAITING = 10_000  # lines; further ones are counted and dropped, so that a full pipe does not stop the server
TOGETHER = 0.02  # seconds: under load, waking a thread for each line would cost more than the line
LONGEST = 200  # characters of a path or an address


@dataclass(frozen=True)
class Exchange:
    """A request and its response; neither pictures nor query nor token are kept.

    Attributes:
        method: such as POST.
        path: without the query.
        status: of the response; 0 if the client left before one was sent.
        seconds: from the request's headers to the end of its response.
        received: bytes of its body.
        sent: bytes of the response's body.
        client: address of the sender.
        model: version that answered; '' if none did.
    """

    method: str
    path: str
    status: int
    seconds: float
    received: int
    sent: int
    client: str
    model: str


class AccessLog:
    """Writes exchanges as lines of JSON; whatever a client sends is escaped and cut.

    Args:
        stream: to write to. Default: standard error.
    """

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stderr
        self._lines: deque[str] = deque()
        self._dropped = 0
        self._arrived = threading.Condition()
        self._open = True
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def add(self, exchange: Exchange) -> None:
        """Note an exchange; return at once."""
        row = vars(exchange) | {
            "path": exchange.path[:LONGEST],
            "client": exchange.client[:LONGEST],
            "seconds": round(exchange.seconds, 4),
        }
        self._note(json.dumps({"time": _now(), **row}))

    def say(self, text: str) -> None:
        """Note an event, such as a change of the model."""
        self._note(json.dumps({"time": _now(), "event": text}))

    def close(self) -> None:
        """Write what waits, for at most a second, and end the thread."""
        with self._arrived:
            self._open = False
            self._arrived.notify()
        self._thread.join(timeout=1)

    def _note(self, line: str) -> None:
        with self._arrived:
            if len(self._lines) < MOST_WAITING:
                self._lines.append(line)
            else:
                self._dropped += 1
            self._arrived.notify()

    def _write(self) -> None:
        while True:
            with self._arrived:
                self._arrived.wait_for(lambda: self._lines or not self._open)
            time.sleep(TOGETHER)
            with self._arrived:
                lines, dropped = list(self._lines), self._dropped
                self._lines.clear()
                self._dropped = 0
                if not lines:
                    return
            if dropped:
                lines.append(json.dumps({"event": f"{dropped} lines dropped: the log was not read fast enough"}))
            try:
                self._stream.write("".join(f"{line}\n" for line in lines))
                self._stream.flush()
            except (OSError, ValueError):
                return  # nobody reads the log any more


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
