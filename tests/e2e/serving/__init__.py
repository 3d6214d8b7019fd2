"""`digits serve`: a real server, asked over HTTP."""
