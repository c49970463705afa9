"""Ways of selling: ordered stages."""
