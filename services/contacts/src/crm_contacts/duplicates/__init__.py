"""Records that are likely the same: rules, what they find, and what people decide about it."""
