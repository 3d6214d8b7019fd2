"""What a picture file is, and decoding it safely."""
