"""Scoring on a real Flink cluster."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from schemas.errors import InputError, UsageError
from tests.distributed import flink as script
from tests.distributed.flink import Cluster
from tests.distributed.job import Job
from tests.project import Project
from tests.waiting import PATIENCE

pytestmark = pytest.mark.distributed


@pytest.fixture(scope="module")
def job(sealed: Project, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Return a job with 20,000 digits in 100 folders."""
    return Job.of(sealed, tmp_path_factory.mktemp("flink-job"), 20_000, 100)


@pytest.fixture(scope="module")
def expected(job: Job) -> bytes:
    """Return the output of the local engine for the job."""
    return job.score_locally()


def test_flink_gives_the_same_bytes(flink: Cluster, job: Job, expected: bytes) -> None:
    """Flink gives the local engine's bytes."""
    assert job.score(flink.options()) == expected


def test_a_lost_task_manager_loses_nothing(flink: Cluster, job: Job, expected: bytes) -> None:
    """With a TaskManager killed halfway, Flink gives the local engine's bytes."""
    process = job.start(flink.options())
    assert script.wait(lambda: job.parts >= 20, PATIENCE)
    flink.kill("taskmanager-1")
    seen = job.parts
    out, err = process.communicate()
    assert (process.returncode, seen < 100) == (5, True), f"{out}\n{err}"
    assert job.out.read_bytes() == expected


def test_a_signal_cancels_the_job(flink: Cluster, job: Job, expected: bytes) -> None:
    """A signal halfway cancels the job on Flink, and the next run resumes from the finished parts."""
    process = job.start(flink.options())
    assert script.wait(lambda: job.parts >= 5, PATIENCE)
    process.send_signal(signal.SIGINT)
    process.communicate()
    state = max(flink.ask("jobs/overview")["jobs"], key=lambda each: each["start-time"])["state"]
    assert (process.returncode, state in {"CANCELLING", "CANCELED"}) == (130, True)
    assert job.score([]) == expected


def test_a_lost_task_manager_is_replaced(flink: Cluster) -> None:
    """Flink notices that a TaskManager is lost, and `repair` replaces it."""
    flink.kill("taskmanager-2")
    assert script.wait(lambda: flink.task_managers() == 1, PATIENCE)
    script.repair(flink)
    assert flink.task_managers() == 2


def test_down_ends_every_process(tmp_path: Path) -> None:
    """After `down`, no process of the cluster is left."""
    cluster = script.up(tmp_path, script.free_port())
    before = len(cluster.alive())
    script.down(tmp_path)
    assert (before, cluster.alive(), script.status(tmp_path)) == (3, {}, None)


def test_two_clusters_do_not_share_a_folder(flink: Cluster) -> None:
    """A second `up` in the same folder is refused, and the first cluster stays."""
    with pytest.raises(UsageError, match="A Flink cluster runs in"):
        script.up(flink.folder, script.free_port())
    assert len(flink.alive()) == 3


def test_a_port_in_use_is_named(flink: Cluster, tmp_path: Path) -> None:
    """A port in use is refused before anything starts."""
    with pytest.raises(UsageError, match=f"Port {flink.port} is taken"):
        script.up(tmp_path, flink.port)


def test_missing_java_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Java, the error says how to install it."""
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(InputError, match="Flink needs Java") as error:
        script.up(tmp_path / "cluster", script.free_port())
    assert "openjdk-17" in error.value.do
