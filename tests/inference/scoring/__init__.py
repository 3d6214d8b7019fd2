"""Tests of inference/scoring."""
