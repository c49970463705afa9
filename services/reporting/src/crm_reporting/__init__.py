"""Figures about everything, kept current from the events of all services."""
