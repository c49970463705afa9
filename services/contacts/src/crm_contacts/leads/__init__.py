"""People and companies that nobody has qualified yet."""
