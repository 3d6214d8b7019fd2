"""Tests that end processes at arbitrary moments and check what they leave."""
