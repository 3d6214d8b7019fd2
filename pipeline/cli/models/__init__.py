"""`digits models`, and the commands that promote, name, export, import, prove and package models."""
