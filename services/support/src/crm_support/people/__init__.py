"""What support must know of contacts and accounts, copied from their events."""
