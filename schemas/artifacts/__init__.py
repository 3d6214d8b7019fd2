"""The artifacts that flow between stages; one type per file."""
