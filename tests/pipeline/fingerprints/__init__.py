"""Tests of pipeline/sweep."""
