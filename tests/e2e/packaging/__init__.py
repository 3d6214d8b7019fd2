"""The image of `digits package`, built and run."""
