"""People who work together."""
