"""`digits serve` under attack: what a stranger can send, and how slowly."""

from __future__ import annotations

import itertools
import random
import socket
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from itertools import repeat
from typing import Any

import numpy as np
import pytest

from schemas.manifest import replace_link
from tests.hostile import Hostile, mutated, originals
from tests.inference.pictures import as_file, bomb, seven
from tests.project import Project
from tests.serving import Server, serving
from tests.waiting import wait_for

pytestmark = pytest.mark.faults

PICTURE = as_file(seven(), "PNG")
V1 = "/v1/models/digits:predict"
V2 = "/v2/models/digits/infer"
LEAVING = 200
SLOW = 300
"""Connections that send nothing more."""


@pytest.fixture(scope="module")
def server(sealed: Project) -> Generator[Server]:
    """Yield a server of the sealed bundle."""
    with serving(sealed) as server:
        yield server


def _answers(server: Server) -> bool:
    return server.ask("POST", "/predict", PICTURE).json["digit"] == "7"


def _send(server: Server, data: bytes) -> bytes:
    """Send bytes on a connection and return what comes back until it is closed, or nothing comes for a while."""
    with socket.create_connection(server.place, timeout=60) as connection:
        received = b""
        with suppress(OSError):
            connection.sendall(data)
            while part := connection.recv(65_536):
                received += part
                if b"connection: close" not in received.lower():
                    connection.settimeout(1)
        return received


BOTH = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
RAW = {
    "both lengths": BOTH % 5,
    "two lengths": b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "a huge length": b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    "a large length": b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n",
    "a negative length": b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    "a wrong chunk": b"POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "no method": b"\r\n\r\n\x00\x01\x02\r\n\r\n",
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500),
    "a space before the colon": b"GET /healthz HTTP/1.1\r\nHost : localhost\r\n\r\n",
    "a bare line feed in a header": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\nY: b\r\n\r\n",
    "a long head": b"GET / HTTP/1.1\r\nHost: localhost\r\n"
    + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 8000) for i in range(99)),
    "a path of bytes": b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@pytest.mark.parametrize("kind", RAW)
def test_a_malformed_request_is_refused(server: Server, kind: str) -> None:
    """It has a status of 4xx or none, and the next client is answered."""
    received = _send(server, RAW[kind])
    assert not received or received.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4"))
    assert _answers(server)


def test_a_request_cannot_hide_in_another(server: Server) -> None:
    """Of a request with both lengths, nothing behind it is read as a second one."""
    hidden = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    assert b"digits_requests" not in _send(server, BOTH % (5 + len(hidden)) + hidden)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"instances": NaN}',
        b'{"instances": [[1e999]]}',
        b'{"instances": [{"b64": "\\ud800"}]}',
        b'{"instances": "\xff"}',
        b'{"instances": [' + b"[]," * 200_000 + b"[]]}",
        b'{"instances": [[' + b"9" * 100_000 + b"]]}",
        b'{"inputs": {"a": 1, "b": 2}}',
        b'{"inputs": [{"name": "images", "shape": [-1, 28, 28], "datatype": "UINT8", "data": []}]}',
        b'{"inputs": [{"name": "images", "shape": [1e9, 28, 28], "datatype": "UINT8", "data": []}]}',
        b'{"inputs": [{"name": "images", "shape": [10000, 10000, 10000], "datatype": "FP64", "data": [1]}]}',
        b'{"inputs": [{"name": "pictures", "shape": [1], "datatype": "BYTES", "data": [null]}]}',
    ],
    ids=itertools.count(),
)
def test_hostile_json_is_refused(server: Server, body: bytes) -> None:
    """Deep nesting, numbers beyond a double, lone surrogates and wrong shapes have status 400 on both interfaces."""
    for path in (V1, V2):
        reply = server.ask("POST", path, body, {"Content-Type": "application/json"})
        assert reply.status == 400
        assert reply.json["error"]
    assert _answers(server)


@pytest.mark.parametrize(
    "data", [bomb("PNG", 19_999, 19_999), bomb("JPEG", 60_000, 60_000), bomb("GIF", 65_535, 65_535)]
)
def test_a_decompression_bomb_is_refused(server: Server, data: bytes) -> None:
    """A small file that claims a huge picture costs its header."""
    assert server.ask("POST", "/predict", data).status == 422
    assert _answers(server)


@pytest.mark.parametrize(
    "path", ["/..%2f..%2fetc%2fpasswd", "/%2e%2e/", "/%252e%252e/", "//etc/passwd", "/style.css%00.png"]
)
def test_no_path_leads_to_a_file(server: Server, path: str) -> None:
    """Whatever a path is made of, only the names of the page are served."""
    assert server.get(path).status == 404


def test_a_body_that_is_too_large_is_refused_early(server: Server) -> None:
    """A body of 65 MiB is refused by its length, before it is sent; a chunked one as soon as it is too large."""
    announced = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % (65 * 2**20 + 10_000)
    assert _send(server, announced).startswith(b"HTTP/1.1 413")
    chunk = b"100000\r\n" + bytes(2**20) + b"\r\n"
    head = b"POST /v1/models/digits:predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert _send(server, head + 17 * chunk).startswith(b"HTTP/1.1 413")


def test_slow_clients_do_not_stop_others(server: Server) -> None:
    """While many connections have sent half a request, others are answered; the slow ones end at the deadline."""
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(server.place, timeout=60)) for _ in range(SLOW)]
        for i, connection in enumerate(slow):
            whole = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc"
            connection.sendall(whole[: 10 + i % (len(whole) - 10)])
        for _ in range(20):
            assert _answers(server)
        assert {connection.recv(12) for connection in slow} == {b"HTTP/1.1 408"}


def test_who_leaves_gives_the_place_up(sealed: Project) -> None:
    """Of 200 clients that leave without waiting for an answer, most are not read, and then nobody waits."""
    page = as_file(np.tile(seven(), (4, 6)), "PNG")
    head = b"POST /predict?all=true HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n" % len(page)
    with serving(sealed) as server:
        with ExitStack() as stack:
            for _ in range(LEAVING):
                stack.enter_context(socket.create_connection(server.place)).sendall(head + page)
        wait_for(lambda: _figure(server, 'requests_total{interface="predict"') == LEAVING, "the end of all requests")
        assert _figure(server, "waiting ") == 0
        assert _figure(server, "pictures_total{") < LEAVING / 2
        assert _answers(server)


def _figure(server: Server, name: str) -> float:
    """Return the sum of the figures whose name and labels begin with *name*."""
    lines = server.get("/metrics").body.decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"digits_{name}"))


def test_fuzzed_requests_never_fail_the_server(server: Server) -> None:
    """Mutated pictures, JSON and forms have no status of 5xx but 503; benchmarks/serving/rates.py sends 100,000."""
    rng = random.Random(0)  # noqa: S311  (a repeatable stream, no secret)
    seeds = originals()
    statuses = {_fuzz(server, rng, rng.choice(seeds)) for _ in range(2000)}
    assert {status for status in statuses if status >= 500} <= {503}
    assert _answers(server)


def _fuzz(server: Server, rng: random.Random, seed: Hostile) -> int:
    return server.ask("POST", seed.path, mutated(rng, seed.body), seed.headers).status


def test_fuzzed_heads_never_fail_the_server(server: Server) -> None:
    """Requests that are mutated anywhere, also in the request line and the headers, have no status of 5xx but 503."""
    rng = random.Random(1)  # noqa: S311  (a repeatable stream, no secret)
    seeds = originals()
    sent = [mutated(rng, rng.choice(seeds).as_bytes()) for _ in range(200)]
    with ThreadPoolExecutor(40) as clients:  # most of the time, a client waits for an answer that never comes
        received = list(clients.map(_send_all, repeat(server), sent))
    assert {each[9:12] for each in received if each[9:10] == b"5"} <= {b"503"}
    assert sum(map(bool, received)) > 50
    assert _answers(server)


def _send_all(server: Server, data: bytes) -> bytes:
    """Send bytes and return the response; if none comes, say that no more is sent: then the server may only close."""
    with socket.create_connection(server.place, timeout=3) as connection, suppress(ConnectionError):
        connection.sendall(data)
        try:
            return connection.recv(65_536)
        except TimeoutError:
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(60)
            return connection.recv(65_536)
    return b""


def test_a_hundred_promotions_drop_no_request(sealed: Project, tmp_path: Any) -> None:  # noqa: ANN401
    """While the champion changes again and again, every request is answered, with a version that was champion."""
    import shutil
    import threading
    import time

    project = sealed.copy(tmp_path)
    first = (project.artifacts / "champion").readlink()
    second = first.with_name("v0002-00000000")
    shutil.copytree(project.artifacts / first, project.artifacts / second)
    done = threading.Event()
    with serving(project) as server:

        def promote() -> None:
            for i in range(100):
                replace_link(project.artifacts / "champion", str((second, first)[i % 2]))
                time.sleep(0.3)
            done.set()

        thread = threading.Thread(target=promote)
        thread.start()
        replies: list[tuple[int, str]] = []
        while not done.is_set():
            reply = server.ask("POST", "/predict", PICTURE)
            replies.append((reply.status, reply.json["model"]))
            time.sleep(0.01)  # a few requests during each change are enough
        thread.join()
    assert {status for status, _ in replies} == {200}
    assert {model for _, model in replies} == {first.name, second.name}
