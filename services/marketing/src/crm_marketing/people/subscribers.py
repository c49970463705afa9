"""How the copies follow the services that own the records.

Every change that a segment may depend on leaves a mark (see segments/marks.py) in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from crm_chassis.contracts.filtering import words
from crm_chassis.db.copies import put
from crm_chassis.db.tx import Transaction
from crm_chassis.envelope import IncomingEvent
from crm_chassis.subscription import Subscription
from sqlalchemy import delete, insert, select, update

from crm_marketing.people.model import Account, Activity, Contact, Opportunity, Ticket
from crm_marketing.segments.marks import EVERYTHING, mark_account, mark_contact
from crm_marketing.settings import links

WORD_FIELDS = ("first_name", "last_name", "display_name", "email", "title", "department")
_COPIED = (
    "first_name", "last_name", "display_name", "email", "account_id", "owner_id", "territory_id", "title",
    "department", "country", "language", "tags", "lead_source", "preferred_channel", "external_id",
)  # fmt: skip
_OPEN_TICKET = frozenset({"NEW", "OPEN", "PENDING_CUSTOMER", "PENDING_INTERNAL"})


def on_contact(tx: Transaction, event: IncomingEvent) -> None:
    """Takes over a contact; a deleted one stays, marked as deleted."""
    given = event.payload["contact"]
    emails = given["emails"] or []
    values: dict[str, Any] = {name: given[name] for name in _COPIED}
    values |= {
        "emails": emails,
        "address_hashes": sorted({links().address_hash(one["address"]) for one in emails}),
        "created_at": _moment(given["created_at"]) or event.time,
        "updated_at": _moment(given["updated_at"]) or event.time,
        "deleted": given["deleted_at"] is not None,
        "words": _words(given, WORD_FIELDS),
    }
    fresh = put(tx.session, Contact, {"id": event.record_id, **values})
    changed = set(event.payload.get("changed_fields", ()))
    if fresh or event.action != "updated" or "deleted_at" in changed:
        mark_contact(tx, event.record_id, [EVERYTHING])
        return
    if changed & {"first_name", "last_name", "emails"}:
        changed |= {"display_name", "email"}
    mark_contact(tx, event.record_id, [*changed, "updated_at"])


def on_account(tx: Transaction, event: IncomingEvent) -> None:
    """Takes over an account; a deleted one stays, marked as deleted."""
    given = event.payload["account"]
    copied = ("name", "industry", "country", "employees", "tags", "owner_id", "territory_id")
    values: dict[str, Any] = {name: given[name] for name in copied}
    values |= {"deleted": given["deleted_at"] is not None, "words": _words(given, ("name", "industry"))}
    fresh = put(tx.session, Account, {"id": event.record_id, **values})
    changed = set(event.payload.get("changed_fields", ()))
    if fresh or event.action != "updated" or "deleted_at" in changed:
        changed = {EVERYTHING}
    mark_account(tx, event.record_id, [f"account.{name}" for name in changed])


def _words(given: Mapping[str, Any], fields: Iterable[str]) -> list[str]:
    return sorted({f"{name}:{word}" for name in fields for word in words(given[name])})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def on_opportunity(tx: Transaction, event: IncomingEvent) -> None:
    """Notes whose the opportunity is and how it stands."""
    given = event.payload["opportunity"]
    gone = given["deleted_at"] is not None
    _note(tx, Opportunity, event, given, None if gone else {"status": given["status"] or "OPEN"},
          ("opportunities_won", "opportunities_open"))  # fmt: skip


def on_ticket(tx: Transaction, event: IncomingEvent) -> None:
    """Notes whose the ticket is and whether it is open."""
    given = event.payload["ticket"]
    gone = given["deleted_at"] is not None
    values = None if gone else {"open": given["status"] in _OPEN_TICKET}
    _note(tx, Ticket, event, given, values, ("open_tickets",))


def on_activity(tx: Transaction, event: IncomingEvent) -> None:
    """Notes with whom something happened. What is planned counts once it is done or its time has come."""
    given = event.payload["activity"]
    occurred_at = _moment(given["occurred_at"]) or event.time
    planned = occurred_at > event.time and not given["done"]
    gone = given["deleted_at"] is not None or planned
    _note(tx, Activity, event, given, None if gone else {"occurred_at": occurred_at}, ("last_activity_at",))


def _note(
    tx: Transaction,
    model: type[Opportunity] | type[Ticket] | type[Activity],
    event: IncomingEvent,
    given: Mapping[str, Any],
    values: dict[str, Any] | None,
    fields: tuple[str, ...],
) -> None:
    """Stores the row of a record, or removes it if `values` is None, and marks the customers it counts for."""
    id_ = event.record_id
    old = tx.session.execute(select(model.__table__).where(model.id == id_)).mappings().first()
    new = values and {"contact_id": given["contact_id"], "account_id": given["account_id"], **values}
    if new is not None and not (new["contact_id"] or new["account_id"]):
        new = None
    if old is None and new is None:
        return
    if old is not None and new is not None and all(old[name] == value for name, value in new.items()):
        return
    if new is None:
        tx.session.execute(delete(model).where(model.id == id_))
    elif old is None:
        tx.session.execute(insert(model).values(id=id_, **new))
    else:
        tx.session.execute(update(model).where(model.id == id_).values(**new))
    rows = [row for row in (old, new) if row is not None]
    for contact_id in {row["contact_id"] for row in rows} - {None}:
        mark_contact(tx, contact_id, fields)
    for account_id in {row["account_id"] for row in rows} - {None}:
        mark_account(tx, account_id, [f"account.{name}" for name in fields])


PEOPLE = Subscription(
    "people",
    {
        "crm.contacts.contact.*": on_contact,
        "crm.contacts.account.*": on_account,
        "crm.contacts.activity.*": on_activity,
        "crm.sales.opportunity.*": on_opportunity,
        "crm.support.ticket.*": on_ticket,
    },
)
