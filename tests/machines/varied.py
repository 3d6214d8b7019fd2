"""Training parameters that `make test-machines` varies; no other module reads these variables."""

from __future__ import annotations

import os

__all__ = ["SEED", "THREADS"]

THREADS = int(os.environ.get("DIGITS_TEST_THREADS", "2"))
"""Threads within one TensorFlow operation; another number gives other weights."""

SEED = int(os.environ.get("DIGITS_TEST_SEED", "0"))
"""Seed of the trainings; a test that compares two seeds counts up from it."""
