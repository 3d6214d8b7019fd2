"""What pipeline.yaml says: the stages, resolved from it or taken as an earlier process resolved them."""
