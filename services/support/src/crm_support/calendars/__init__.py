"""When we work."""
