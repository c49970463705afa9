"""Accounts, contacts, leads and activities. Start at service.py."""
