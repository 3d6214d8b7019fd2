"""Tests of the labels that no folder names."""
