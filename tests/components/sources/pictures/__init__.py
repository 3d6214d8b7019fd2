"""Tests of pictures in files."""
