"""What colleagues say about tickets."""
