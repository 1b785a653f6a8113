"""Arguments in, exit status out. Nothing else prints."""
