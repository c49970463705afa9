"""Selects over the copies."""

from __future__ import annotations

from crm_chassis.db.tx import Transaction
from sqlalchemy import select

from crm_support.people.model import Contact


def contact_of_address(tx: Transaction, email: str) -> Contact | None:
    """The contact that has the address; None if nobody has it or several have."""
    query = select(Contact).where(Contact.emails.contains([email.lower()])).limit(2)
    found = list(tx.session.scalars(query))
    return found[0] if len(found) == 1 else None
