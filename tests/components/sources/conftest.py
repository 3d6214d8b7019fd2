"""Fixtures for the tests of the sources."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest

from components.sources.mnist import FILES
from tests.components.sources.network import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Make the certificate authority of this session."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def originals() -> Path:
    """Return the folder of the four original MNIST files, named by MNIST_FILES."""
    named = os.environ.get("MNIST_FILES")
    if not named or not Path(named).is_dir():
        pytest.fail("set MNIST_FILES to a folder with the four original MNIST files")
    return Path(named)


@pytest.fixture
def fakes(tmp_path: Path) -> Path:
    """Return a folder of four files with the names of the original ones and other content."""
    folder = tmp_path / "fakes"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_bytes(gzip.compress(name.encode()))
    return folder
