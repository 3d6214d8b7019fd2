"""Tests of schemas/artifacts."""
