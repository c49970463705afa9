"""How lists are looked at."""
