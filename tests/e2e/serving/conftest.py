"""A server of the sealed bundle."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.project import Project
from tests.serving import Server, serving


@pytest.fixture(scope="package")
def server(sealed: Project) -> Generator[Server]:
    """Yield a server of the sealed bundle."""
    with serving(sealed) as server:
        yield server


@pytest.fixture(scope="package")
def version(sealed: Project) -> str:
    """Return the version of the sealed bundle."""
    return (sealed.artifacts / "champion").readlink().name
