"""Records that users want at hand."""
