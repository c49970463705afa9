"""Selects over the copies."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from crm_chassis.db.tx import Transaction
from sqlalchemy import Select, select

from crm_support.people.model import Account, Contact


def contact_of_address(tx: Transaction, email: str) -> Contact | None:
    """The contact that has the address, whoever may see it; None if nobody has it or several have."""
    return contacts_of_addresses(tx, [email], select(Contact)).get(email.lower())


def contacts_of_addresses(tx: Transaction, emails: Collection[str], among: Select[Any]) -> dict[str, Contact]:
    """Address in lower case to the contact that alone has it, of those that `among` selects."""
    wanted = {one.lower() for one in emails}
    holders: dict[str, list[Contact]] = {}
    with tx.session.no_autoflush:
        for contact in tx.session.scalars(among.where(Contact.emails.overlap(sorted(wanted)))):
            for address in wanted.intersection(contact.emails):
                holders.setdefault(address, []).append(contact)
    return {address: found[0] for address, found in holders.items() if len(found) == 1}


def accounts_named(tx: Transaction, names: Collection[str]) -> dict[str, str]:
    """Name to id of the visible account with that name, the oldest of several."""
    query = tx.visible(Account).where(Account.name.in_(names)).order_by(Account.id.desc())
    return {name: id_ for id_, name in tx.session.execute(query.with_only_columns(Account.id, Account.name))}
