"""Tests of inference/litert."""
