"""The shape of scoring, on the engines that Beam's Python package brings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.distributed.job import IN_PROCESS, Job

EXPECTED = {f"shard-{number:03}.part": f"shard-{number:03} was here\n" for number in range(12)}


@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], id="one process"),
        pytest.param(["--direct_running_mode=multi_processing", "--direct_num_workers=2"], id="two processes"),
        pytest.param(["--direct_running_mode=multi_threading", "--direct_num_workers=2"], id="two threads"),
    ],
)
def test_beams_own_engine_writes_every_part(tmp_path: Path, options: list[str]) -> None:
    """The engine within Beam writes every part."""
    assert Job(tmp_path, 12).done([*IN_PROCESS, *options]) == EXPECTED


def test_the_job_server_writes_every_part_in_the_client(tmp_path: Path, job_server: str) -> None:
    """A job server that sends the work back to who asked for it writes every part."""
    options = ["--runner=PortableRunner", f"--job_endpoint={job_server}", "--environment_type=LOOPBACK"]
    assert Job(tmp_path, 12).done(options) == EXPECTED


def test_the_job_server_writes_every_part_in_a_worker_pool(tmp_path: Path, job_server: str, worker_pool: str) -> None:
    """A job server whose workers are started by a pool writes every part."""
    options = ["--runner=PortableRunner", f"--job_endpoint={job_server}"]
    external = ["--environment_type=EXTERNAL", f"--environment_config={worker_pool}"]
    assert Job(tmp_path, 12).done([*options, *external]) == EXPECTED
