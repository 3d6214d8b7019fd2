"""Tests of the room that reads pages with several digits."""
