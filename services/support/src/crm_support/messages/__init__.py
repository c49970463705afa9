"""What was said on tickets."""
