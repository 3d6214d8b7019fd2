"""The sources that ingest can read examples from."""
