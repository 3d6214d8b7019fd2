"""Text for people: tables, progress, summaries."""
