"""What we promise, and the clocks that measure it."""
