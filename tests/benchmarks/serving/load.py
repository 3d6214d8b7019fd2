"""Load on a server: connections that each send a request, wait for the answer and send the next."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.waiting import wait_for

__all__ = ["CONNECTIONS", "Load", "Sent", "free_port", "memory", "post", "processor_seconds", "running", "send"]

CONNECTIONS = 32
TICKS = os.sysconf("SC_CLK_TCK")
MB = 1e6


@dataclass(frozen=True)
class Load:
    """One kind of request.

    Attributes:
        name: for the table.
        request: the bytes of one request.
        pictures: in it.
        connections: that send it at the same time.
    """

    name: str
    request: bytes
    pictures: int = 1
    connections: int = CONNECTIONS


@dataclass
class Sent:
    """What came of the requests.

    Attributes:
        times: seconds of each that was answered.
        statuses: how often each came; 0 for a connection that was closed instead.
        models: versions that answered.
    """

    times: list[float] = field(default_factory=list[float])
    statuses: Counter[int] = field(default_factory=Counter[int])
    models: set[str] = field(default_factory=set[str])

    @property
    def failed(self) -> int:
        """How many were not answered with 200."""
        return self.statuses.total() - self.statuses[200]

    def quantile(self, share: float) -> float:
        """Return the time, in milliseconds, that this share of the requests did not exceed."""
        ordered = sorted(self.times)
        return 1000 * ordered[int(share * (len(ordered) - 1))]


def post(path: str, body: bytes, *headers: str) -> bytes:
    """Return a request as it goes over the wire."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def send(port: int, load: Load, *, seconds: float = float("inf"), count: int | None = None) -> Sent:
    """Send requests for some time, or a number of them."""
    sent = Sent()
    until = time.perf_counter() + seconds
    begun = 0

    async def client() -> None:
        nonlocal begun
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until and (count is None or begun < count):
            begun += 1
            at = time.perf_counter()
            try:
                writer.write(load.request)
                status, model = await _response(reader)
            except (ConnectionError, asyncio.IncompleteReadError):
                sent.statuses[0] += 1
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                continue
            sent.statuses[status] += 1
            sent.models.add(model)
            sent.times.append(time.perf_counter() - at)
        writer.close()

    await asyncio.gather(*(client() for _ in range(load.connections)))
    return sent


async def _response(reader: asyncio.StreamReader) -> tuple[int, str]:
    """Return the status of a response and the model that it names."""
    head = await reader.readuntil(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").lower().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if line)
    await reader.readexactly(int(headers["content-length"]))
    return int(status.split()[1]), headers.get("x-model-version", "")


def processor_seconds(group: int) -> float:
    """Return the processor time that the processes of a group have taken, in seconds."""
    stats = [_stat(path) for path in Path("/proc").glob("[0-9]*/stat")]
    return sum(int(fields[11]) + int(fields[12]) for fields in stats if fields and int(fields[2]) == group) / TICKS


def _stat(path: Path) -> list[str]:
    """Return the fields of a process behind its name; none if it has ended."""
    try:
        return path.read_text().rpartition(")")[2].split()
    except OSError:
        return []


def memory(pid: int) -> float:
    """Return the memory that a process has now, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / MB


@contextmanager
def running(command: list[str | Path], variables: dict[str, str], port: int) -> Generator[subprocess.Popen[bytes]]:
    """Run a server, the first process of its group, until the block ends."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=variables, stdout=quiet, stderr=quiet, start_new_session=True)
    try:
        wait_for(lambda: _listens(port) or process.poll() is not None, "the server")
        assert process.poll() is None, f"{command} ended"
        yield process
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
