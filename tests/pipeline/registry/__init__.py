"""The registry: bundles, aliases, the champion and its history."""
