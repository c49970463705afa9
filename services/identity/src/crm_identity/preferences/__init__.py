"""How the suite looks to one user, and what it tells one."""
