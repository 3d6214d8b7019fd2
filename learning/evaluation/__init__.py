"""Metrics with intervals, paired tests, and the rules of the gate."""
