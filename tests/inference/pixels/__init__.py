"""Tests of inference/pixels."""
