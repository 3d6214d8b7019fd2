"""Redrawing a digit in MNIST's format."""
