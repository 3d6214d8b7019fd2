"""Where an artifact comes from: the graph, and its drawings."""
