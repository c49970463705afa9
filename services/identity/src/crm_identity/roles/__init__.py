"""What users may do."""
