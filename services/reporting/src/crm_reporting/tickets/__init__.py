"""Figures of support."""
