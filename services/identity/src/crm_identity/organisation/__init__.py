"""Whose suite it is."""
