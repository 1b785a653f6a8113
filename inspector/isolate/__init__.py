"""The child process in which untrusted bytes are read: its limits, what it may not do, and what it hands back."""
