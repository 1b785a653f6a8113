"""What a graph does when it is loaded and called: ops, paths, functions, moments."""
