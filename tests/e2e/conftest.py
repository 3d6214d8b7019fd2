"""What tests of the whole pipeline look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.project import Project


@pytest.fixture(scope="session")
def champion(trained: Project) -> Path:
    """Return the folder of the bundle that the run promoted."""
    return trained.artifacts / "champion"


@pytest.fixture(scope="session")
def document(trained: Project) -> dict[str, Any]:
    """Give the record of that run."""
    return trained.json("show")
