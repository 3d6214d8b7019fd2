"""Scoring folders: shards of files in, Parquet parts out, on this machine or Apache Beam."""
