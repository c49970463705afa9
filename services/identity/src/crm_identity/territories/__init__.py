"""Parts of the market."""
