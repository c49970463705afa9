"""What sales must know of accounts and contacts: small copies, kept current by the events of their service."""
