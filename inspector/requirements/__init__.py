"""What an artifact needs, with no target in sight."""
