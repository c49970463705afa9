"""How mail leaves: the mail server, its pace, and the links that messages carry."""
