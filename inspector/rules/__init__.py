"""Rules: one file each, a permanent code, and the words that explain a problem to its reader."""
