"""Whole pipelines on real digits, from ingest to promotion."""
