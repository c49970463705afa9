"""Selects over the copies."""

from __future__ import annotations

from collections.abc import Collection

from crm_chassis.contracts.formats import address_key
from crm_chassis.records.tx import Transaction

from crm_support.people.model import Contact


def contacts_of_addresses(tx: Transaction, emails: Collection[str]) -> dict[str, Contact]:
    """Address, as it is compared, to the contact that alone has it, of those that the actor may see."""
    wanted = {address_key(email) for email in emails}
    holders: dict[str, list[Contact]] = {}
    with tx.session.no_autoflush:
        for contact in tx.session.scalars(tx.visible(Contact).where(Contact.emails.overlap(sorted(wanted)))):
            for address in wanted.intersection(contact.emails):
                holders.setdefault(address, []).append(contact)
    return {address: found[0] for address, found in holders.items() if len(found) == 1}
