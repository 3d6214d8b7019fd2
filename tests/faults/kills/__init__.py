"""Processes are killed, interrupted, and run at the same time."""
