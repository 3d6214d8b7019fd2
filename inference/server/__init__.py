"""The page and the HTTP interfaces of a promoted model."""
