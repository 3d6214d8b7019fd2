"""Tests of `digits package`."""
