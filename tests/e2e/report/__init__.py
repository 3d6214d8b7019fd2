"""Reports of the shipped pipeline."""
