"""What somebody has to do."""
