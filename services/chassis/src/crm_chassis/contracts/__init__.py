"""Everything derived from the .proto files."""
