"""Records that turned out to be one: put together, and taken apart again."""
