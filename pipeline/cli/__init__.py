"""The command line: one file per command, which parses, calls and prints, in a folder for each panel of --help."""
