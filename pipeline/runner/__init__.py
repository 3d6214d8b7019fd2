"""Run a pipeline on this machine, stage by stage, in one process."""
