"""Training: accuracy against processor time."""
