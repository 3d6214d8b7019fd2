"""Tests of pipeline/cli/arguments."""
