"""Tests of where ingest can take its examples from."""
