"""Efforts to reach an audience, and who is in it."""
