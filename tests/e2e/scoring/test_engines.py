"""Scoring on the runners of Apache Beam's Python package: the same bytes as on the local engine."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.distributed.flink import free_port, wait
from tests.distributed.job import UNREADABLE, Job, environment
from tests.project import Project
from tests.waiting import PATIENCE, wait_for

ATTEMPTS = 5


@pytest.fixture(scope="session")
def worker_pool(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Yield the address of a pool that starts Beam workers as processes."""
    with _served("worker.worker_pool_main", "--service_port", tmp_path_factory.mktemp("pool") / "log") as address:
        yield address


@pytest.fixture(scope="session")
def job_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Yield the address of Beam's Python job server."""
    log = tmp_path_factory.mktemp("jobs") / "log"
    with _served("portability.local_job_service_main", "--port", log) as address:
        yield address


@contextlib.contextmanager
def _served(module: str, option: str, log: Path) -> Generator[str]:
    """Run a server module of Beam, whose *option* sets its port, and yield its address; it ends with the block."""
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
            wait(lambda: _listens(port) or process.poll() is not None, PATIENCE)
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
    """Return a job with 600 digits in 6 folders."""
    return Job.of(sealed, tmp_path_factory.mktemp("engines"), 600, 6)


@pytest.fixture(scope="module")
def expected(job: Job) -> bytes:
    """Return the output of the local engine for the job."""
    return job.score_locally()


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="one process"),
        pytest.param(["--direct_running_mode=multi_processing", "--direct_num_workers=2"], id="two processes"),
    ],
)
def test_beams_direct_runner_gives_the_same_bytes(job: Job, expected: bytes, options: list[str]) -> None:
    """Beam's direct runner, in one process and in two, gives the local engine's bytes."""
    assert job.score(options) == expected


def test_the_job_server_gives_the_same_bytes_in_the_client(job: Job, expected: bytes, job_server: str) -> None:
    """A job server whose work runs in the client (LOOPBACK) gives the local engine's bytes."""
    options = ["--runner=PortableRunner", f"--job_endpoint={job_server}", "--environment_type=LOOPBACK"]
    assert job.score(options) == expected


def test_a_signal_cancels_the_job(sealed: Project, job_server: str, tmp_path: Path) -> None:
    """A signal cancels the job on the server, and the next run resumes from the finished parts."""
    options = ["--runner=PortableRunner", f"--job_endpoint={job_server}", "--environment_type=LOOPBACK"]
    job, status, err = _interrupted(Job.of(sealed, tmp_path, 3_000, 30), options)
    assert (status, _last_state(job_server)) == (130, "CANCELLED")
    assert "PortableRunner was asked to cancel the job digits-score-" in err
    assert job.score([]) == job.score_locally()


def _interrupted(job: Job, options: list[str]) -> tuple[Job, int, str]:
    """Interrupt a job that has written a part; start it again if it finished too soon.

    Returns:
        The job, its exit status, and its standard error.
    """
    for attempt in range(ATTEMPTS):
        job = replace(job, out=job.out.with_name(f"{attempt}-predictions.parquet"))
        process = job.start(options)
        wait_for(lambda: process.poll() is not None or job.parts, "a part")  # noqa: B023
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
        if process.returncode != UNREADABLE:
            return job, process.returncode, err
    pytest.fail(f"the job finished before a part was seen, {ATTEMPTS} times")


def _last_state(job_server: str) -> str:
    """Return the state of the last submitted job."""
    import grpc
    from apache_beam.portability.api import beam_job_api_pb2 as messages
    from apache_beam.portability.api import beam_job_api_pb2_grpc as services

    library: Any = (grpc, messages, services)
    grpc, messages, services = library
    with grpc.insecure_channel(job_server) as channel:
        jobs = services.JobServiceStub(channel).GetJobs(messages.GetJobsRequest()).job_info
        return str(messages.JobState.Enum.Name(jobs[-1].state))


def test_the_job_server_gives_the_same_bytes_in_a_worker_pool(
    job: Job, expected: bytes, job_server: str, worker_pool: str
) -> None:
    """A job server with workers from a pool gives the local engine's bytes."""
    options = ["--runner=PortableRunner", f"--job_endpoint={job_server}"]
    external = ["--environment_type=EXTERNAL", f"--environment_config={worker_pool}"]
    assert job.score([*options, *external]) == expected
