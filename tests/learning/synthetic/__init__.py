"""Tests of learning/synthetic."""
