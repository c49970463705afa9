"""What is remembered of logins: sessions, their refresh tokens, attempts."""
