"""Who belongs in which segment: what filters may name, and their evaluation."""
