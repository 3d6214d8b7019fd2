"""A Flink cluster, started once and always stopped."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.distributed import flink as script
from tests.distributed.flink import Cluster


@pytest.fixture(scope="session")
def _cluster(tmp_path_factory: pytest.TempPathFactory) -> Generator[Cluster]:  # pyright: ignore[reportUnusedFunction]
    folder = tmp_path_factory.mktemp("flink")
    try:
        yield script.up(folder, script.free_port())
    finally:
        script.down(folder)


@pytest.fixture
def flink(_cluster: Cluster) -> Cluster:
    """Return a complete Flink cluster, repaired after the test before."""
    script.repair(_cluster)
    return _cluster
