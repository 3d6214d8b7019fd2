"""The loaded champion."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.model.bundle import LoadedBundle
from inference.model.reader import Reader
from inference.model.threads import use_one_thread


@pytest.fixture(scope="session")
def loaded(bundle: Path) -> LoadedBundle:
    """Return the champion's files."""
    return LoadedBundle.read(bundle)


@pytest.fixture(scope="session")
def reader(loaded: LoadedBundle) -> Reader:
    """Return a reader of the champion, as scoring uses it."""
    use_one_thread()
    return Reader(loaded)
