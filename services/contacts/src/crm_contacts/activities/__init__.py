"""What happened between us and a customer."""
