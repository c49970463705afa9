"""Transactions over PostgreSQL and what every change of a record leaves behind."""
