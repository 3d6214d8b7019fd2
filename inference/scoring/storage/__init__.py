"""Where the pictures and the parts of a scoring job lie: local disk or Beam's file systems."""
