"""Storage of a scoring job's pictures and parts: local disk or Beam's file systems."""
