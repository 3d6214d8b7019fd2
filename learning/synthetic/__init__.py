"""Synthetic pictures: robustness kinds, pictures that are not digits, drawn digits."""
