"""What `digits package` writes: a folder from which a container that serves one model is built."""
