"""Tests of pipeline/report/lineage."""
