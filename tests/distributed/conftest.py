"""Engines that are started once and stopped whatever happens."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.distributed import flink as script
from tests.distributed.flink import Cluster
from tests.distributed.job import environment


@pytest.fixture(scope="session")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster]:  # pyright: ignore[reportUnusedFunction]
    folder = tmp_path_factory.mktemp("flink")
    try:
        yield script.up(folder, script.free_port())
    finally:
        script.down(folder)


@pytest.fixture
def flink(_cluster: Cluster) -> Cluster:
    """Give a Flink cluster of which nothing is missing, whatever the test before did to it."""
    script.mend(_cluster)
    return _cluster


@pytest.fixture(scope="session")
def worker_pool(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Give the address of a pool that starts Beam workers, as processes, for who asks."""
    port = script.free_port()
    log = tmp_path_factory.mktemp("pool") / "log"
    with _served(f"apache_beam.runners.worker.worker_pool_main --service_port={port}", port, log):
        yield f"localhost:{port}"


@pytest.fixture(scope="session")
def job_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Give the address of Beam's Python job server."""
    port = script.free_port()
    log = tmp_path_factory.mktemp("jobs") / "log"
    with _served(f"apache_beam.runners.portability.local_job_service_main --port={port}", port, log):
        yield f"localhost:{port}"


@contextlib.contextmanager
def _served(module: str, port: int, log: Path) -> Generator[None]:
    """Run a module until it is no longer wanted; it is there once it listens."""
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-m", *module.split()], stdout=out, stderr=subprocess.STDOUT, env=environment()
        ) as process,
    ):
        try:
            script.wait(lambda: _listens(port) or process.poll() is not None, 60)
            assert _listens(port), log.read_text()
            yield
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("localhost", port), timeout=1):
        return True
    return False
