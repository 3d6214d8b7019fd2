"""The listening socket of the server."""

from __future__ import annotations

import socket

from inference.server.serve import _bind  # pyright: ignore[reportPrivateUsage]


def test_a_response_is_sent_at_once() -> None:
    """A connection does not hold the body back until the client has acknowledged the headers (Nagle's algorithm)."""
    with _bind("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        connection, _ = listening.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
