"""Tests of pipeline/report/html."""
