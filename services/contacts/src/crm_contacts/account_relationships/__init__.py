"""Account relationships."""
