"""Verbs: one stage each. `ls components/` is the registry."""
