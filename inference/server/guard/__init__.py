"""What a request must pass before it is answered, and what is recorded of it."""
