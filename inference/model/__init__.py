"""Loading a bundle, running its model and deciding whether to answer."""
