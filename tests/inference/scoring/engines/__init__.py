"""Tests of inference/scoring/engines."""
