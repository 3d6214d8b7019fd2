"""Finding the paper, the lighting and the digit in a picture."""
