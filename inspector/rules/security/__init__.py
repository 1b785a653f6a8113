"""Security rules, one file each: what an untrusted artifact can do, and how that shows."""
