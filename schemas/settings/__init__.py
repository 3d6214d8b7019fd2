"""What pipeline.yaml may state, and how it is read and checked."""
