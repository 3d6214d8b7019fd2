"""Finding the digit on its paper, and what crosses or surrounds it."""
