"""The LiteRT network of a bundle: checked before it is opened, then run."""
