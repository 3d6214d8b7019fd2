"""Commands and the store: start-up, cached runs, many artifacts, packages."""
