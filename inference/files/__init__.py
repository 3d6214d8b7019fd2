"""Picture files: detecting the format and decoding it safely."""
