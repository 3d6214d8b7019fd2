"""Tests of pipeline/report."""
