"""What flows between stages: one typed artifact a file."""
