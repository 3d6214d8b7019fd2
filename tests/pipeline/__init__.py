"""Tests of the machinery, with toy stages."""
