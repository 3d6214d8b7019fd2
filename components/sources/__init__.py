"""Where ingest can take its examples from."""
