"""Requests a second and times of `digits serve`, client included: python -m tests.benchmarks.serve.

Each row: a server in a process of its own, and connections that each send a request, wait for the answer and send
the next. The client is one process on the same machine, so its cost counts. If PEERS names a folder with
FastAPI, a handler around `model.predict` takes turns with ours.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.pictures import photo
from tests.inference.pictures import as_file, sample
from tests.project import DIGITS, Project
from tests.sealed.project import sealed_project
from tests.waiting import wait_for

CONNECTIONS = 32
SECONDS = 5.0
BATCH = 100
TICKS = os.sysconf("SC_CLK_TCK")


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


def _request(path: str, body: bytes, *headers: str) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def loads() -> list[Load]:
    """Return what is sent to `digits serve`."""
    images = sample()[::50]
    described = {"name": "images", "shape": [BATCH, 28, 28], "datatype": "UINT8"}
    head = json.dumps({"inputs": [described | {"parameters": {"binary_data_size": images.nbytes}}]}).encode()
    body = json.dumps({"instances": [images[42].tolist()]}).encode()
    photograph = as_file(photo(640, 480), "JPEG", quality=85)
    length = f"Inference-Header-Content-Length: {len(head)}"
    return [
        Load("28x28 as JSON", _request("/v1/models/digits:predict", body, "Content-Type: application/json")),
        Load("28x28 as PNG", _request("/predict", as_file(images[42], "PNG"))),
        Load(
            f"{BATCH} of 28x28, binary", _request("/v2/models/digits/infer", head + images.tobytes(), length), BATCH, 8
        ),
        Load("640x480 photo, alone", _request("/predict", photograph), 1, 1),
    ]


def tutorial() -> Load:
    """Return what is sent to the tutorial's server."""
    body = json.dumps(sample()[2100].tolist()).encode()
    return Load(
        "28x28 as JSON, FastAPI and model.predict", _request("/predict", body, "Content-Type: application/json")
    )


async def send(port: int, load: Load, seconds: float) -> list[float]:
    """Send requests for some time; return the seconds of each."""
    times: list[float] = []
    until = time.perf_counter() + seconds

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.perf_counter() < until:
            begun = time.perf_counter()
            writer.write(load.request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200"), head
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            times.append(time.perf_counter() - begun)
        writer.close()

    await asyncio.gather(*(client() for _ in range(load.connections)))
    return times


def measure(process: subprocess.Popen[bytes], port: int, load: Load) -> str:
    """Return a row of the table."""
    asyncio.run(send(port, load, 1))
    before, begun = _processor_seconds(process.pid), time.perf_counter()
    times = sorted(asyncio.run(send(port, load, SECONDS)))
    spent, took = _processor_seconds(process.pid) - before, time.perf_counter() - begun
    rate = len(times) * load.pictures / took
    p50, p99 = (1000 * times[int(share * (len(times) - 1))] for share in (0.5, 0.99))
    cost = 1000 * spent / len(times)
    return f"| {load.name} | {load.connections} | {rate:,.0f} | {p50:.1f} | {p99:.1f} | {cost:.2f} | {len(times):,} |"


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def running(command: list[str | Path], variables: dict[str, str], port: int) -> Generator[subprocess.Popen[bytes]]:
    """Run a server until the block ends."""
    process = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: _listens(port) or process.poll() is not None, "the server")
    assert process.poll() is None, f"{command} ended"
    yield process
    process.send_signal(signal.SIGINT)
    process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def main() -> None:
    """Print the table."""
    print("| request | connections | pictures a second | p50 ms | p99 ms | CPU-ms a request | n |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        project = sealed_project(Path(folder) / "project")
        port = _free_port()
        with running([DIGITS, "-C", project.path, "serve", "--port", str(port)], project.variables(), port) as process:
            for load in loads():
                print(measure(process, port, load), flush=True)
        if peers := os.environ.get("PEERS"):
            port = _free_port()
            variables = Project(project.path, {"PYTHONPATH": peers, "TF_CPP_MIN_LOG_LEVEL": "3"}).variables()
            command: list[str | Path] = [sys.executable, "-m", "tests.benchmarks.tutorial_server", str(port)]
            with running(command, variables, port) as process:
                print(measure(process, port, tutorial()), flush=True)


if __name__ == "__main__":
    main()
