"""Tests of the whole pipeline on real digits."""
