"""What a cloud tells a server through its environment, and the routes that it calls."""
