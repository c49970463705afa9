"""Reports: one kind of figure, broken down."""
