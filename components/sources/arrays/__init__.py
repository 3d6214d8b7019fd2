"""Pictures as numbers in one file: a table of pixels, or arrays."""
