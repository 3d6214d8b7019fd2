"""Verbs: one stage per file. `ls components/` is the registry."""
