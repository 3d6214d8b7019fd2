"""Tests of the exported model at work."""
