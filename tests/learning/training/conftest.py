"""Every test in this folder runs TensorFlow."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def _configured(tensorflow_session: None) -> None:
    """Configure TensorFlow before the first test."""
