"""Text output: tables, progress, summaries."""
