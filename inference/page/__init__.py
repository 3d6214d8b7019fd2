"""Finding paper, light and digit in a picture."""
