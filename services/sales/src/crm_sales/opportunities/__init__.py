"""Deals that may be won."""
