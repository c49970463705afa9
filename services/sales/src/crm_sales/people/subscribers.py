"""Keeps the copies current: one statement per event."""

from __future__ import annotations

from typing import Any

from crm_chassis.db.copies import put
from crm_chassis.db.tx import Transaction
from crm_chassis.envelope import IncomingEvent

from crm_sales.normalise import name_key
from crm_sales.people.model import Account, Contact


def on_account(tx: Transaction, event: IncomingEvent) -> None:
    """Takes over an account as the event describes it."""
    account = event.payload["account"]
    _put(
        tx,
        Account,
        account,
        name=account["name"],
        key=name_key(account["name"]),
        external_id=account.get("external_id") or "",
        industry=account.get("industry") or "",
    )


def on_contact(tx: Transaction, event: IncomingEvent) -> None:
    """Takes over a contact as the event describes it."""
    contact = event.payload["contact"]
    _put(
        tx,
        Contact,
        contact,
        account_id=contact.get("account_id"),
        display_name=contact.get("display_name") or "",
        email=contact.get("email") or "",
    )


def _put(tx: Transaction, model: type[Account | Contact], given: dict[str, Any], **values: Any) -> None:
    values |= {
        "owner_id": given.get("owner_id"),
        "territory_id": given.get("territory_id"),
        "deleted": given.get("deleted_at") is not None,
    }
    put(tx.session, model, {"id": given["id"], **values})
