"""A deadline for receiving a request, a bound on its head, and word that a client left: uvicorn has none of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from inference.server.guard.leaving import CALLS, LEFT

__all__ = ["MOST_HEAD", "SECONDS", "BoundedProtocol"]

SECONDS = 20.0
"""From the first byte of a request, or the opening of a connection, to the request's last byte."""
MOST_HEAD = 32 * 2**10
"""Bytes of the request line and the headers."""
CLOSE = b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """A connection that closes if a request is not received whole in time (408), or if its head is too long (431)."""

    _deadline: asyncio.TimerHandle | None = None
    _head = 0
    _in_body = False

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401  (asyncio's, which it does not name)
        """Start the deadline of the first request."""
        self._left: set[Callable[[], object]] = set()
        super().connection_made(transport)
        self._start_deadline()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the deadline, and tell those who work for the client that it left."""
        self._stop_deadline()
        super().connection_lost(exc)
        for leave in list(self._left):
            leave()

    def data_received(self, data: bytes) -> None:
        """Count the bytes of the head; what came together with the body does not count."""
        if self._head > MOST_HEAD:
            self._refuse(b"431 Request Header Fields Too Large")
            return
        if not self._in_body:
            self._head += len(data)
        super().data_received(data)

    def on_message_begin(self) -> None:
        """Start the deadline of a request."""
        if self._deadline is None:
            self._start_deadline()
        super().on_message_begin()
        self.scope["extensions"] = {LEFT: {CALLS: self._left}}

    def on_headers_complete(self) -> None:
        """End the head."""
        self._in_body, self._head = True, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Stop the deadline: the request is received."""
        self._in_body = False
        self._stop_deadline()
        super().on_message_complete()

    def _start_deadline(self) -> None:
        self._deadline = self.loop.call_later(SECONDS, self._refuse, b"408 Request Timeout")

    def _stop_deadline(self) -> None:
        if self._deadline:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, status: bytes) -> None:
        self._deadline = None
        if self.transport.is_closing():
            return
        cycle: Any = self.cycle  # None before the first request, which uvicorn's annotation leaves out
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(b"HTTP/1.1 " + status + CLOSE)
        self.transport.close()
