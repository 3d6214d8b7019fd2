"""Pictures and pages read from the command line."""
