"""Tests of inference: reading pictures and answering with a bundle."""
