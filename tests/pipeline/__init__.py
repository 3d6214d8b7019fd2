"""Tests of the machinery, with stages that cost nothing."""
