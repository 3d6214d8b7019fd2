"""Stages that cost nothing: tests copy them into projects as a user's own stages."""
