"""How the copies follow the services that own the records.

Every change that a segment may depend on leaves a mark (see marks.py) in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable

from crm_chassis.envelope import IncomingEvent
from crm_chassis.records.tx import Transaction
from crm_chassis.subscription import Handler, Subscription
from crm_kit.copies import Copy

from crm_marketing.marks import EVERYTHING, mark_account, mark_contact
from crm_marketing.people.model import Account, Activity, Contact, Involvement, Opportunity, Ticket

_contacts, _accounts = Copy(Contact), Copy(Account)


def on_contact(tx: Transaction, event: IncomingEvent) -> None:
    """Takes over a contact."""
    changed = _changed(tx, _contacts, event)
    _contacts.take(tx, event)
    if changed & {"first_name", "last_name", "emails"}:
        changed |= {"display_name", "email"}
    mark_contact(tx, event.record_id, changed | {"updated_at"}, event.time)


def on_account(tx: Transaction, event: IncomingEvent) -> None:
    """Takes over an account."""
    changed = _changed(tx, _accounts, event)
    _accounts.take(tx, event)
    mark_account(tx, event.record_id, (f"account.{name}" for name in changed), event.time)


def _changed(tx: Transaction, copy: Copy, event: IncomingEvent) -> set[str]:
    """The fields that an event changes; EVERYTHING if the record was not known, or comes or goes."""
    changed = set(event.payload.get("changed_fields", ()))
    if event.action != "updated" or "deleted_at" in changed or copy.stored(tx, event.record_id, "id") is None:
        return {EVERYTHING}
    return changed


def _involving(model: type[Involvement], *fields: str) -> Handler:
    """Keeps the row of a record, and marks the customers whose `fields` it counts for."""
    copy = Copy(model)
    names = [column.name for column in model.__table__.columns]  # type: ignore[attr-defined]

    def on_event(tx: Transaction, event: IncomingEvent) -> None:
        before = copy.stored(tx, event.record_id, *names)
        after = copy.take(tx, event)
        if after == before:
            return
        rows = [row for row in (before, after) if row is not None]
        for contact_id in _named(row["contact_id"] for row in rows):
            mark_contact(tx, contact_id, fields, event.time)
        for account_id in _named(row["account_id"] for row in rows):
            mark_account(tx, account_id, (f"account.{name}" for name in fields), event.time)

    return on_event


def _named(ids: Iterable[str | None]) -> set[str]:
    return {id_ for id_ in ids if id_ is not None}


PEOPLE = Subscription(
    "people",
    {
        "crm.contacts.contact.*": on_contact,
        "crm.contacts.account.*": on_account,
        "crm.contacts.activity.*": _involving(Activity, "last_activity_at"),
        "crm.sales.opportunity.*": _involving(Opportunity, "opportunities_won", "opportunities_open"),
        "crm.support.ticket.*": _involving(Ticket, "open_tickets"),
    },
)
