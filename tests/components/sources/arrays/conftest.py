"""Pictures that the tests write as tables and arrays."""

from __future__ import annotations

import numpy as np
import pytest

from components.sources.sample import read_sample
from schemas.artifacts.examples import Split


@pytest.fixture(scope="session")
def digits() -> Split:
    """Return 40 digits of the embedded sample, four of each class."""
    test = read_sample(0)["test"]
    chosen = [np.flatnonzero(test.labels == digit)[:4] for digit in range(10)]
    return test.take(np.sort(np.concatenate(chosen)))
