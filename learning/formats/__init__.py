"""Writing a network in the formats of a bundle, and proving that each answers like the network."""
