"""Rules of one category, one file each."""
