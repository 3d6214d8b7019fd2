"""Machinery: reads pipeline.yaml, fingerprints, stores, runs and records."""
