"""Stages that cost nothing: copied into projects made by tests, and used there as a user's own."""
