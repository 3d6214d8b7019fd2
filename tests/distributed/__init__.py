"""Tests on real clusters: they need Java and Maven, fetch 400 MB once, and start processes of their own."""
