"""Fuzzing: hostile variants of real artifacts for every codec and reader, and for the whole inspection."""
