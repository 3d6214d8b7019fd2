"""The shape of scoring, on a real Flink cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.errors import InputError, UsageError
from tests.distributed import flink as script
from tests.distributed.flink import Cluster
from tests.distributed.job import IN_PROCESS, Job

pytestmark = [pytest.mark.distributed, pytest.mark.timeout(300)]


def test_flink_gives_what_one_process_gives(flink: Cluster, tmp_path: Path) -> None:
    """Every part is there, and is what Beam's own engine writes."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    assert Job(ours, 40).done(flink.options()) == Job(theirs, 40).done(IN_PROCESS)


def test_flink_shares_the_work(flink: Cluster, tmp_path: Path) -> None:
    """A shard that takes long does not make the other TaskManager's worker end: nothing is done twice."""
    job = Job(tmp_path, 3, seconds=4)
    job.done(flink.options())
    assert sorted(job.tries()) == sorted(set(job.tries()))


def test_a_lost_task_manager_loses_nothing(flink: Cluster, tmp_path: Path) -> None:
    """With a TaskManager killed half-way every part is there at the end, and is as it should be."""
    undisturbed = tmp_path / "undisturbed"
    disturbed = tmp_path / "disturbed"
    undisturbed.mkdir()
    disturbed.mkdir()
    job = Job(disturbed, 40, seconds=0.4)
    process = job.start(flink.options())
    assert script.wait(lambda: len(job.parts()) >= 15, 120)
    flink.kill("taskmanager-1")
    there = len(job.parts())
    said, _ = process.communicate()
    assert (process.returncode, there < 40) == (0, True), said
    assert job.parts() == Job(undisturbed, 40).done(IN_PROCESS)


def test_a_lost_task_manager_was_missed(flink: Cluster) -> None:
    """Flink notices that a TaskManager is gone, and `mend` brings it back."""
    flink.kill("taskmanager-2")
    assert script.wait(lambda: flink.task_managers() == 1, 60)
    script.mend(flink)
    assert flink.task_managers() == 2


def test_down_ends_every_process(tmp_path: Path) -> None:
    """After `down` no process of the cluster is left."""
    cluster = script.up(tmp_path, script.free_port())
    before = len(cluster.alive())
    script.down(tmp_path)
    assert (before, cluster.alive(), script.status(tmp_path)) == (3, {}, None)


def test_two_clusters_do_not_share_a_folder(flink: Cluster) -> None:
    """A second `up` in the same folder is refused, and the first stays."""
    with pytest.raises(UsageError, match="A Flink cluster runs in"):
        script.up(flink.folder, script.free_port())
    assert len(flink.alive()) == 3


def test_a_taken_port_is_named(flink: Cluster, tmp_path: Path) -> None:
    """A port that another holds is refused before anything is started."""
    with pytest.raises(UsageError, match=f"Port {flink.port} is taken"):
        script.up(tmp_path, flink.port)


def test_no_java_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Java the error says so, and how to install it."""
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(InputError, match="Flink needs Java") as error:
        script.up(tmp_path / "cluster", script.free_port())
    assert "openjdk-17" in error.value.do
