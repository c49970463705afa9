"""What customer-360 and search need from this service."""
