"""Views of past runs: the HTML report, the comparison of two runs, the lineage."""
