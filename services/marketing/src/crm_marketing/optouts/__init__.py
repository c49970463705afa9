"""Wishes not to be written to, and the links by which they are made."""
