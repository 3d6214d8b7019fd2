"""Commands that keep a project small and sound."""
