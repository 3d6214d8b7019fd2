"""`digits score`, from the command line and as a stage."""
