"""Records of what happened: fingerprints, executions, runs, verification."""
