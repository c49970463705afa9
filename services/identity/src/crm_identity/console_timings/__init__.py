"""How fast the console is for those who work with it."""
