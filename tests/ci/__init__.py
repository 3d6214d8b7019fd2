"""Tests of what `make` and .ci/run call."""
