"""What to do about a model that does not load: skeletons of what is missing, and requirements under which it loads."""
