"""Tests of learning/formats."""
