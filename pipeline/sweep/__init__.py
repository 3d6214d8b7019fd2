"""Sweeps: a pipeline with every combination of some settings, judged on the validation split."""
