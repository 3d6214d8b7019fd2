"""Answering requests: the served model, and the threads that run it."""
