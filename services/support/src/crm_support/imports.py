"""What can be imported into this service, and how a row becomes a ticket.

Rules for what files get wrong; what was repaired is named in the ticket's custom field `import_repairs`:
- The times of a ticket come in the order created, first response, resolution. A time that is before an earlier one
  of these, or still to come, is dropped; the row is kept.
- Without `created_at` a ticket was created at its first response, else at its resolution, else now.
- `{product_purchased}` in a text stands for the product.

Closed and resolved tickets, and open ones created more than HISTORIC ago, never get SLA clocks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crm.support.v1 import support_pb2
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.rows import moment, outcome, read_row, row_fields
from crm_chassis.db.imports import Importer
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import UnknownReference
from sqlalchemy import select

from crm_support.people.model import Account
from crm_support.people.queries import contact_of_address
from crm_support.sla.promises import keep_promises
from crm_support.tickets.model import Ticket
from crm_support.tickets.usecases import add_ticket, find_customer

Row = Mapping[str, str]

HISTORIC = timedelta(days=30)
REPAIRS = "import_repairs"

# How other systems say it; the names of our own values are understood besides.
_STATUS = {"PENDING_CUSTOMER_RESPONSE": "PENDING_CUSTOMER", "PENDING": "PENDING_CUSTOMER", "SOLVED": "RESOLVED"}
_CHANNEL = {"SOCIAL_MEDIA": "SOCIAL"}
_PRIORITY = {"URGENT": "CRITICAL", "NORMAL": "MEDIUM"}

_PRODUCT = re.compile(r"\{\s*product_purchased\s*\}", re.IGNORECASE)
_TEXTS = ("subject", "description", "resolution")


@dataclass
class Times:
    """When a ticket was created, first answered and resolved, in this order."""

    created_at: datetime
    first_responded_at: datetime | None
    resolved_at: datetime | None
    repairs: list[str]


def read_times(row: Row, now: datetime) -> Times:
    """The times of a row, repaired by the rules above. Raises InvalidInput for one that cannot be read."""
    repairs: list[str] = []
    given: dict[str, datetime] = {}
    for name in ("created_at", "first_responded_at", "resolved_at"):
        if not row.get(name):
            continue
        found = moment(name, row[name])
        later = next((other for other, time in given.items() if found < time), None)
        if later is not None or found > now:
            repairs.append(f"{name}: dropped, " + (f"before {later}" if later is not None else "still to come"))
        else:
            given[name] = found
    if given and "created_at" not in given:
        name, created_at = next(iter(given.items()))
        repairs.append(f"created_at: taken from {name}")
        given["created_at"] = created_at
    created_at = given.get("created_at", now)
    return Times(created_at, given.get("first_responded_at"), given.get("resolved_at"), repairs)


def import_ticket(tx: Transaction, row: Row) -> str:
    """A ticket; `contact` names the contact by e-mail address, `account` the account by name.

    Without `contact`, the requester's address decides, as for any other ticket.
    """
    cells, extra = _cells(row), _references(tx, row)
    message = read_row(support_pb2.Ticket, cells, extra=extra)
    status = support_pb2.Ticket.Status.Name(message.status) if message.status else ""
    message.ClearField("status")
    times = read_times(row, tx.now)
    ticket = _known(tx, message.external_id)
    created = ticket is None
    if ticket is None:
        ticket = Ticket(created_at=times.created_at)
        assign(ticket, message)
        find_customer(tx, ticket)
        add_ticket(tx, ticket)
    else:
        ticket.note_breaches(tx.now)
        assign(ticket, message)
    since = (times.resolved_at or times.first_responded_at or ticket.created_at) if created else tx.now
    ticket.adopt(status or ticket.status, times.first_responded_at, times.resolved_at, since)
    _note_repairs(ticket, times.repairs, row)
    if created:
        ticket.sla_exempt = not ticket.is_open or ticket.created_at < tx.now - HISTORIC
    if not ticket.sla_exempt and (created or tx.session.is_modified(ticket)):
        keep_promises(tx, ticket)
    return outcome(tx, ticket, created)


def _known(tx: Transaction, external_id: str) -> Ticket | None:
    """The ticket with that id. New ones of the same batch are not looked at, so that a batch is one insert.

    A file that names an id twice fails on the unique index, and its batch is applied again row by row.
    """
    if not external_id:
        return None
    query = select(Ticket).where(Ticket.external_id == external_id).with_for_update()
    with tx.session.no_autoflush:
        found: Ticket | None = tx.session.scalar(query)
    return found


def _cells(row: Row) -> dict[str, str]:
    """The row with other systems' words translated and tokens filled in."""
    cells = dict(row)
    for name, words in (("status", _STATUS), ("channel", _CHANNEL), ("priority", _PRIORITY)):
        if cells.get(name):
            word = re.sub(r"[\s-]+", "_", cells[name].upper())
            cells[name] = words.get(word, word)
    if product := cells.get("product"):
        for name in _TEXTS:
            if cells.get(name):
                cells[name] = _PRODUCT.sub(lambda _: product, cells[name])
    return cells


def _references(tx: Transaction, row: Row) -> dict[str, Any]:
    """Contact and account that the row names. Raises UnknownReference; the row is tried again later."""
    found: dict[str, Any] = {}
    if address := row.get("contact"):
        contact = contact_of_address(tx, address)
        if contact is None:
            raise UnknownReference.of("contact", f"contact {address!r}")
        found["contact_id"] = contact.id
    if name := row.get("account"):
        account_id = tx.session.scalar(select(Account.id).where(Account.name == name).order_by(Account.id).limit(1))
        if account_id is None:
            raise UnknownReference.of("account", f"account {name!r}")
        found["account_id"] = account_id
    return found


def _note_repairs(ticket: Ticket, repairs: list[str], row: Row) -> None:
    if any(_PRODUCT.search(row.get(name, "")) for name in _TEXTS) and row.get("product"):
        repairs = [*repairs, "texts: product filled in"]
    custom = ticket.custom or {}
    if repairs and custom.get(REPAIRS) != repairs:
        ticket.custom = {**custom, REPAIRS: repairs}


IMPORTERS = (
    Importer(
        "tickets", "tickets.create",
        row_fields(support_pb2.Ticket, "contact", "account", "first_responded_at", "resolved_at"), import_ticket,
    ),
)  # fmt: skip
