"""What `make test-machines` varies in the trainings of the tests; read here and nowhere else."""

from __future__ import annotations

import os

__all__ = ["SEED", "THREADS"]

THREADS = int(os.environ.get("DIGITS_TEST_THREADS", "2"))
"""Threads of one operation of TensorFlow; another number gives other weights."""

SEED = int(os.environ.get("DIGITS_TEST_SEED", "0"))
"""The seed of what is trained; a test that compares two seeds counts from here."""
