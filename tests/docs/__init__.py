"""The pages tell the truth: their blocks run, their links lead somewhere, and they leave nothing out."""
