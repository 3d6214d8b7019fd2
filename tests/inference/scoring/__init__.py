"""Tests of scoring folders."""
