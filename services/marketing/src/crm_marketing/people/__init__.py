"""What marketing must know of customers, copied from events of the services that own it."""
