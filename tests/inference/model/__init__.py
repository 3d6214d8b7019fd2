"""Tests of inference/model."""
