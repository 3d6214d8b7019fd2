"""Tests on real clusters: they need Java and Maven, download 400 MB once, and start server processes."""
