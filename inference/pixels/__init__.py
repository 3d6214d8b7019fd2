"""Basic operations on pixels that finding and redrawing a digit share."""
