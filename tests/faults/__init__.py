"""Tests that end processes at bad moments, and look at what they leave."""
