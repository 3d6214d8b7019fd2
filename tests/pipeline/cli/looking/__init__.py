"""Tests of the commands that look at runs."""
