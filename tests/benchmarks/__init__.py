"""Benchmarks: each prints a table of docs/measurements.md."""
