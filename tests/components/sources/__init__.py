"""Tests of components/sources."""
