"""Keeping the copies current. A deleted record leaves the copy; undeleting it publishes it again."""

from __future__ import annotations

from crm_chassis.db.copies import put
from crm_chassis.db.tx import Transaction
from crm_chassis.envelope import IncomingEvent
from sqlalchemy import delete

from crm_support.people.model import Account, Contact


def on_contact(tx: Transaction, event: IncomingEvent) -> None:
    """A contact was created, changed or deleted."""
    if event.action == "deleted":
        tx.session.execute(delete(Contact).where(Contact.id == event.record_id))
        return
    contact = event.payload["contact"]
    values = {
        "id": event.record_id,
        "display_name": contact.get("display_name") or "",
        "emails": [one["address"].lower() for one in contact.get("emails") or ()],
        "account_id": contact.get("account_id") or None,
        "owner_id": contact.get("owner_id") or None,
        "territory_id": contact.get("territory_id") or None,
    }
    put(tx.session, Contact, values)


def on_account(tx: Transaction, event: IncomingEvent) -> None:
    """An account was created, changed or deleted."""
    if event.action == "deleted":
        tx.session.execute(delete(Account).where(Account.id == event.record_id))
        return
    account = event.payload["account"]
    values = {
        "id": event.record_id,
        "name": account.get("name") or "",
        "owner_id": account.get("owner_id") or None,
        "territory_id": account.get("territory_id") or None,
    }
    put(tx.session, Account, values)
