"""Bundles that are exported, exchanged, judged and proven."""
