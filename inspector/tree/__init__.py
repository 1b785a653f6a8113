"""Where bytes are: one interface for a folder, a single file and a zip archive."""
