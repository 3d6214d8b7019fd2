"""What is written down about runs: fingerprints, executions, runs, verification."""
