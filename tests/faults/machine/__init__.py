"""The disk is full, fails or loses power; memory and files run out; the clock jumps."""
