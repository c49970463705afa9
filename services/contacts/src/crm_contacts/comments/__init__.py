"""What colleagues say about contacts, accounts and leads."""
