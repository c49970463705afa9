"""What colleagues say about opportunities."""
