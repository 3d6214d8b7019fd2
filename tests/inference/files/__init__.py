"""Tests of inference/files."""
