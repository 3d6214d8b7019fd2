"""A Flink cluster that is started once and stopped whatever happens."""

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
    """Give a Flink cluster of which nothing is missing, whatever the test before did to it."""
    script.mend(_cluster)
    return _cluster
