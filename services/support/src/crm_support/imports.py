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
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from crm.support.v1 import tickets_pb2
from crm_chassis.contracts.formats import address_key
from crm_chassis.errors import UnknownReference
from crm_chassis.imports.kinds import Importer
from crm_chassis.records.mapping import assign
from crm_chassis.records.rows import Column, Row, Upserts, bring_in_line, columns_of, moment, outcome, read_row
from crm_chassis.records.tx import Transaction
from crm_kit.naming import Names, accounts_named, cells, may_recognise

from crm_support.people.model import Account, Contact
from crm_support.people.queries import contacts_of_addresses
from crm_support.tickets.model import Ticket
from crm_support.tickets.promises import keep_promises
from crm_support.tickets.usecases import add_ticket, find_customer, link_customer

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


@dataclass
class _Batch:
    """What the rows of one transaction name."""

    tickets: Upserts[Ticket]
    contacts: dict[str, Contact]
    """By address."""
    accounts: Names[str]


def _prepare(tx: Transaction, rows: Sequence[Row]) -> _Batch:
    return _Batch(
        tickets=Upserts(tx, Ticket, rows),
        contacts=contacts_of_addresses(tx, cells(rows, "contact") | cells(rows, "requester_email"))
        if may_recognise(tx.actor)
        else {},
        accounts=accounts_named(tx, Account, cells(rows, "account")),
    )


def read_ticket(tx: Transaction, row: Row, batch: _Batch) -> tickets_pb2.Ticket:
    """A ticket; `contact` names the contact by e-mail address, `account` the account by name or
    external id.
    """
    with tx.session.no_autoflush:
        known = batch.tickets.find(row.get("external_id", ""))
        message = read_row(tx, tickets_pb2.Ticket, _cells(row), known, extra=_references(row, batch))
        tx.check_reference(Contact, row.get("contact_id"), "contact_id")
        tx.check_reference(Account, row.get("account_id"), "account_id")
    read_times(row, tx.now)
    return message


def import_ticket(tx: Transaction, row: Row, batch: _Batch, message: tickets_pb2.Ticket) -> str:
    """Without `contact`, the requester's address decides, as for any other ticket."""
    with tx.session.no_autoflush:
        return _import(tx, row, batch, message)


def _import(tx: Transaction, row: Row, batch: _Batch, message: tickets_pb2.Ticket) -> str:
    status = tickets_pb2.Ticket.Status.Name(message.status) if message.status else ""
    message.ClearField("status")
    times = read_times(row, tx.now)
    ticket = batch.tickets.find(message.external_id)
    created = ticket is None
    if ticket is None:
        ticket = Ticket(created_at=times.created_at)
        assign(ticket, message)
        if not ticket.contact_id:
            link_customer(ticket, batch.contacts.get(address_key(ticket.requester_email or "")))
        elif not ticket.account_id:
            find_customer(tx, ticket)
        add_ticket(tx, ticket)
        batch.tickets.put(ticket)
    else:
        ticket.note_breaches(tx.now)
        bring_in_line(ticket, message, row)
    since = (times.resolved_at or times.first_responded_at or ticket.created_at) if created else tx.now
    ticket.adopt(status or ticket.status, times.first_responded_at, times.resolved_at, since)
    _note_repairs(ticket, times.repairs, row)
    if created:
        ticket.sla_exempt = not ticket.is_open or ticket.created_at < tx.now - HISTORIC
    if not ticket.sla_exempt and (created or tx.session.is_modified(ticket)):
        keep_promises(tx, ticket)
    return outcome(tx, ticket, created)


def _cells(row: Row) -> Row:
    """The row with other systems' words translated and tokens filled in."""
    cells = row.but()
    for name, words in (("status", _STATUS), ("channel", _CHANNEL), ("priority", _PRIORITY)):
        if cells.get(name):
            word = re.sub(r"[\s-]+", "_", cells[name].upper())
            cells[name] = words.get(word, word)
    if product := cells.get("product"):
        for name in _TEXTS:
            if cells.get(name):
                cells[name] = _PRODUCT.sub(lambda _: product, cells[name])
    return cells


def _references(row: Row, batch: _Batch) -> dict[str, Any]:
    """Contact and account that the row names. Raises UnknownReference; the row is tried again later."""
    found: dict[str, Any] = {}
    if address := row.get("contact"):
        if address_key(address) not in batch.contacts:
            raise UnknownReference.of("contact", f"contact {address!r}")
        contact = batch.contacts[address_key(address)]
        found["contact_id"] = contact.id
        if contact.account_id:
            found["account_id"] = contact.account_id
    if account_id := batch.accounts.cell(row, "account"):
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
        "tickets", "tickets.create", tickets_pb2.Ticket,
        columns_of(
            tickets_pb2.Ticket,
            contact=Column("contact_id", personal=True), account=Column("account_id"), status=Column(""),
            first_responded_at=Column(""), resolved_at=Column(""),
        ),
        _prepare, read_ticket, import_ticket,
    ),
)  # fmt: skip
