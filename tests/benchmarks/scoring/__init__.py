"""`digits score`: what a picture costs, and peers."""
