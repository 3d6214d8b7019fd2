"""The page of `digits serve` in a real browser."""
