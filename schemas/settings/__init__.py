"""The settings in pipeline.yaml: what is allowed, and how they are read and checked."""
