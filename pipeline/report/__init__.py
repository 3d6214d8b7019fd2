"""What people read of a run: the report, the comparison of two runs, the lineage."""
