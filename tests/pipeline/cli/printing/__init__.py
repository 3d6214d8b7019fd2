"""Tests of pipeline/cli/printing."""
