"""How the process of a command ends."""
