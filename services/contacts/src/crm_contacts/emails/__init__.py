"""E-mails that people write to one person."""
