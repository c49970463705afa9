"""Pipelines, products, opportunities and tasks. Start at service.py."""
