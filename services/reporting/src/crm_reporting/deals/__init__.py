"""Sales figures: what a group of deals comes to, and how deals are grouped."""
