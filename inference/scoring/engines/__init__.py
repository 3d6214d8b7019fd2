"""What carries a scoring job out: this machine, or Apache Beam."""
