"""`digits serve` under load, and peers."""
