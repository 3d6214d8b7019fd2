"""Housekeeping: what is needed, what may go, and what is missing."""
