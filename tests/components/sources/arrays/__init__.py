"""Tests of pictures as numbers in one file."""
