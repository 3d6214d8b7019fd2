"""The page on which a person draws a digit, and the pages about the model."""
