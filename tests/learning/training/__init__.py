"""Tests of learning/training."""
