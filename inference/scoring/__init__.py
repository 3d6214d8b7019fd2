"""Scoring folders: shards of files in, parts of Parquet out, driven on this machine or by Apache Beam."""
