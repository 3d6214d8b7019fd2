"""Scoring on the engines that Apache Beam's Python package brings: the same bytes as on this machine's own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from tests.distributed.flink import free_port, wait
from tests.distributed.job import Job, environment
from tests.project import Project


@pytest.fixture(scope="session")
def worker_pool(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Give the address of a pool that starts Beam workers, as processes, for who asks."""
    with _served("worker.worker_pool_main", "--service_port", tmp_path_factory.mktemp("pool") / "log") as address:
        yield address


@pytest.fixture(scope="session")
def job_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Give the address of Beam's Python job server."""
    log = tmp_path_factory.mktemp("jobs") / "log"
    with _served("portability.local_job_service_main", "--port", log) as address:
        yield address


@contextlib.contextmanager
def _served(module: str, option: str, log: Path) -> Generator[str]:
    """Run a module of Beam's, whose option names its port, until it is no longer wanted; gives where it listens."""
    port = free_port()
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-m", f"apache_beam.runners.{module}", f"{option}={port}"],
            stdout=out,
            stderr=subprocess.STDOUT,
            env=os.environ | environment(),
        ) as process,
    ):
        try:
            wait(lambda: _listens(port) or process.poll() is not None, 60)
            assert _listens(port), log.read_text()
            yield f"localhost:{port}"
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("localhost", port), timeout=1):
        return True
    return False


@pytest.fixture(scope="module")
def job(sealed: Project, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Give a folder of 600 digits in 6 folders."""
    return Job.of(sealed, tmp_path_factory.mktemp("engines"), 600, 6)


@pytest.fixture(scope="module")
def expected(job: Job) -> bytes:
    """Give what the local engine says of it."""
    return job.done_here()


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="one process"),
        pytest.param(["--direct_running_mode=multi_processing", "--direct_num_workers=2"], id="two processes"),
    ],
)
def test_beams_own_engine_says_the_same(job: Job, expected: bytes, options: list[str]) -> None:
    """The engine within Beam, alone and with processes of its own, gives the bytes that the local one gives."""
    assert job.done(options) == expected


def test_the_job_server_says_the_same_in_the_client(job: Job, expected: bytes, job_server: str) -> None:
    """A job server that sends the work back to who asked for it gives the bytes that the local engine gives."""
    options = ["--runner=PortableRunner", f"--job_endpoint={job_server}", "--environment_type=LOOPBACK"]
    assert job.done(options) == expected


def test_a_signal_cancels_the_job(sealed: Project, job_server: str, tmp_path: Path) -> None:
    """A job server that is told nothing would go on: its last job is cancelled, and what is there is gone on with."""
    job = Job.of(sealed, tmp_path, 6_000, 30)
    process = job.start(["--runner=PortableRunner", f"--job_endpoint={job_server}", "--environment_type=LOOPBACK"])
    assert wait(lambda: job.parts >= 2, 120)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert (process.returncode, _last_state(job_server)) == (130, "CANCELLED")
    assert "PortableRunner was asked to cancel the job digits-score-" in err
    assert job.done([]) == job.done_here()


def _last_state(job_server: str) -> str:
    """Give the state of the job that was submitted last."""
    import grpc
    from apache_beam.portability.api import beam_job_api_pb2 as messages
    from apache_beam.portability.api import beam_job_api_pb2_grpc as services

    library: Any = (grpc, messages, services)
    grpc, messages, services = library
    with grpc.insecure_channel(job_server) as channel:
        jobs = services.JobServiceStub(channel).GetJobs(messages.GetJobsRequest()).job_info
        return str(messages.JobState.Enum.Name(jobs[-1].state))


def test_the_job_server_says_the_same_in_a_worker_pool(
    job: Job, expected: bytes, job_server: str, worker_pool: str
) -> None:
    """A job server whose workers are started by a pool gives the bytes that the local engine gives."""
    options = ["--runner=PortableRunner", f"--job_endpoint={job_server}"]
    external = ["--environment_type=EXTERNAL", f"--environment_config={worker_pool}"]
    assert job.done([*options, *external]) == expected
