"""What customers asked for."""
