"""What customer-360 shows of a customer in figures."""
