"""Finding the paper, its lighting and its printed lines in a picture."""
