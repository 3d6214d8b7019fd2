"""What pipeline.yaml says: the stages, their components and settings."""
