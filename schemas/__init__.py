"""Nouns: what flows between stages, and what can go wrong."""
