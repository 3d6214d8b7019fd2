"""Tests of inference/scoring/storage."""
