"""How a use case is called: rights, validation, idempotency, transaction, audit; by whatever transport."""
