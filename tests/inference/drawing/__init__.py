"""Tests of inference/drawing."""
