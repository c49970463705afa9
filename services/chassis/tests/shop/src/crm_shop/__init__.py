"""A small service on which the chassis is tried, so that its tests need no service of the suite."""
