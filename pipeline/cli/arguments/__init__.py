"""Arguments that commands share: the project, a model, a run, and their completion."""
