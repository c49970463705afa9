"""Keeping the copies current. A deleted record leaves the copy; undeleting it publishes it again."""

from __future__ import annotations

from typing import Any

from crm_chassis.db.tx import Transaction
from crm_chassis.envelope import IncomingEvent
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from crm_support.people.model import Account, Contact


def on_contact(tx: Transaction, event: IncomingEvent) -> None:
    """A contact was created, changed or deleted."""
    if event.action == "deleted":
        tx.session.execute(delete(Contact).where(Contact.id == event.record_id))
        return
    contact = event.data.contact
    _put(
        tx,
        Contact,
        id=event.record_id,
        display_name=contact.display_name,
        emails=[one.address.lower() for one in contact.emails],
        account_id=contact.account_id or None,
        owner_id=contact.owner_id or None,
        territory_id=contact.territory_id or None,
    )


def on_account(tx: Transaction, event: IncomingEvent) -> None:
    """An account was created, changed or deleted."""
    if event.action == "deleted":
        tx.session.execute(delete(Account).where(Account.id == event.record_id))
        return
    account = event.data.account
    _put(
        tx,
        Account,
        id=event.record_id,
        name=account.name,
        owner_id=account.owner_id or None,
        territory_id=account.territory_id or None,
    )


def _put(tx: Transaction, model: type[Any], **values: Any) -> None:
    statement = insert(model).values(**values)
    tx.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values))
