"""Loading a bundle, running it, deciding whether to answer."""
