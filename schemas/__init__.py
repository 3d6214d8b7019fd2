"""Nouns: artifacts, records, settings and errors."""
