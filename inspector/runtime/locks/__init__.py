"""Lock files: one module per type, found by `registry`."""
