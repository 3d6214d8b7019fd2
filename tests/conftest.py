"""What tests of several rooms share."""

from __future__ import annotations

import pytest

THREADS = 2


@pytest.fixture(scope="session")
def tensorflow_session() -> None:
    """Configure TensorFlow once, before its first op; every test that runs an op asks for this."""
    from learning import session

    session.configure(THREADS)
