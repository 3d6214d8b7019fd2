"""What a stage depends on: its code, read and never imported, the libraries it loads, its settings and inputs."""
