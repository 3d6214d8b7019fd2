"""Tests of inference/paper."""
