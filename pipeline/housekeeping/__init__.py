"""What keeps a project small and sound: what is needed, what may go, what is missing, and proofs."""
