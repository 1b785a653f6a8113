"""Runs one inspection: reads, resolves, judges, explains. The only place with a broad `except`."""
