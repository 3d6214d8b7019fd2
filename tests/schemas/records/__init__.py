"""Tests of schemas/records."""
