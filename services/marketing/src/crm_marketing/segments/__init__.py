"""Sets of contacts, kept by hand or by a filter."""
