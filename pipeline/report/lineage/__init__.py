"""Lineage of artifacts: the graph, and its drawings."""
