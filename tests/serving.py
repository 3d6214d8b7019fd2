"""A running `digits serve`, and requests to it."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.project import Project
from tests.waiting import PATIENCE

__all__ = ["Reply", "Server", "serving", "started"]


@dataclass(frozen=True)
class Reply:
    """A response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401
        """The body's JSON value."""
        return json.loads(self.body)


@dataclass
class Server:
    """A server that accepts requests.

    Attributes:
        address: of the page, such as http://127.0.0.1:43210/.
        logged: the lines of its log so far.
    """

    address: str
    logged: list[str] = field(default_factory=list[str])

    @property
    def place(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.address)
        return parts.hostname or "", parts.port or 0

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """Send a request on a connection of its own."""
        connection = HTTPConnection(*self.place, timeout=PATIENCE)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Reply(response.status, {key.lower(): value for key, value in response.getheaders()}, response.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Reply:
        """Send a GET."""
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, document: object) -> Reply:
        """Send a POST of a JSON document."""
        return self.ask("POST", path, json.dumps(document).encode(), {"Content-Type": "application/json"})


@contextmanager
def serving(project: Project, *words: str) -> Generator[Server]:
    """Run `digits serve` on a free port until the block ends; it must then end as Ctrl-C ends a command."""
    with started(project.start("serve", "--port", "0", *words)) as server:
        yield server


@contextmanager
def started(
    process: subprocess.Popen[str], status: int = 128 + signal.SIGINT, stop: Callable[[], None] | None = None
) -> Generator[Server]:
    """Wait until a server accepts requests, and stop it when the block ends; it must then exit with *status*.

    Args:
        process: the server.
        status: that it must end with.
        stop: how to stop it. Default: an interrupt.
    """
    assert process.stdout
    assert process.stderr
    server = Server(process.stdout.readline().strip())
    lines = process.stderr
    reader = threading.Thread(target=lambda: server.logged.extend(lines), daemon=True)
    reader.start()
    try:
        assert server.address, "\n".join(server.logged)
        yield server
    finally:
        stop() if stop else process.send_signal(signal.SIGINT)
        ended = process.wait(PATIENCE)
        reader.join()
        process.stdout.close()
        process.stderr.close()
    assert ended == status
