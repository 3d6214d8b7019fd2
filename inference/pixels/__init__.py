"""Pixel operations shared by finding and redrawing a digit."""
