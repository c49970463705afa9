"""Records, what an actor may see of them, and the transaction that changes them."""
