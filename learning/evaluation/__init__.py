"""Metrics, intervals, paired tests, and the rules of the gate."""
