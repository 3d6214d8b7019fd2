"""Redrawing the digit as MNIST would."""
