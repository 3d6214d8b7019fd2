"""Tests of what clouds tell the server."""
