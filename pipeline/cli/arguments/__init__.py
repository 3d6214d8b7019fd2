"""What commands take: the project, a model, a run, and their completion."""
