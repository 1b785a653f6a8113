"""The target of a verdict: lock files, pins, environments, and what releases were recorded to provide."""
