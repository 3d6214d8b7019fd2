"""Measurements: each prints the table that the README shows."""
