"""Tests of whole commands and pipelines on real digits."""
