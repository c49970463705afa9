"""How an installation gets its first administrator."""
