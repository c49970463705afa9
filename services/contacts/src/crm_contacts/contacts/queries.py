"""Selects over contacts."""

from __future__ import annotations

from collections.abc import Iterable

from crm_chassis.records.tx import Transaction
from sqlalchemy import Select, select

from crm_contacts.contacts.model import Contact, ContactKey


def same_person(tx: Transaction, keys: Iterable[str]) -> Select[tuple[Contact]]:
    """Visible contacts that have one of the e-mail addresses or numbers."""
    ids = select(ContactKey.contact_id).where(ContactKey.value.in_([key for key in keys if key]))
    return tx.visible(Contact).where(Contact.id.in_(ids))
