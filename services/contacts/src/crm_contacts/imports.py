"""What can be imported into this service, and how a row becomes a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.contacts.v1 import contacts_pb2
from crm_chassis.contracts.rows import moment, outcome, read_row, row_fields, upsert
from crm_chassis.db.imports import Importer
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput, UnknownReference
from sqlalchemy import select

from crm_contacts.accounts.model import Account
from crm_contacts.activities.model import Activity
from crm_contacts.contacts.model import Contact
from crm_contacts.contacts.usecases import keep_contact
from crm_contacts.leads.model import Lead, LeadStatusChange
from crm_contacts.normalise import company_key

Row = Mapping[str, str]


def _account_id(tx: Transaction, row: Row, column: str, field: str) -> str | None:
    """The account that a row names by name or external id. Raises UnknownReference; the row is tried again later."""
    name = row.get(column, "")
    if not name:
        return None
    by_name = select(Account.id).where(Account.external_id == name, Account.deleted_at.is_(None))
    by_key = select(Account.id).where(Account.key == company_key(name), Account.deleted_at.is_(None))
    found = tx.session.scalar(by_name) or tx.session.scalar(by_key.order_by(Account.created_at).limit(1))
    if found is None:
        raise UnknownReference.of(field, f"account {name!r}")
    return found


def import_account(tx: Transaction, row: Row) -> str:
    """An account; `parent` names the parent by name or external id."""
    parent_id = _account_id(tx, row, "parent", "parent")
    message = read_row(contacts_pb2.Account, row, extra={"parent_id": parent_id} if parent_id else {})
    account, created = upsert(tx, Account, message, row)
    account.rekey()
    return outcome(tx, account, created)


def import_contact(tx: Transaction, row: Row) -> str:
    """A contact; `email`, `phone` and `mobile` hold addresses and numbers, `account` names the account."""
    account_id = _account_id(tx, row, "account", "account")
    extra: dict[str, Any] = {"account_id": account_id} if account_id else {}
    if row.get("email"):
        extra["emails"] = [{"address": one.strip(), "type": "work"} for one in row["email"].split(";") if one.strip()]
    numbers = [(row.get("phone", ""), "work"), (row.get("mobile", ""), "mobile")]
    if any(number for number, _ in numbers):
        extra["phones"] = [{"number": number, "type": kind} for number, kind in numbers if number]
    message = read_row(contacts_pb2.Contact, row, extra=extra)
    if not any((message.first_name, message.last_name, message.emails, message.phones)):
        raise InvalidInput.of("last_name", "give a name, an e-mail address or a telephone number")
    contact, created = upsert(tx, Contact, message, row)
    if message.emails or message.phones:
        keep_contact(tx, contact)
    return outcome(tx, contact, created)


def import_lead(tx: Transaction, row: Row) -> str:
    """A lead. `last_activity` becomes an activity of the lead, once."""
    message = read_row(contacts_pb2.Lead, row)
    if not any((message.first_name, message.last_name, message.company, message.email, message.phone)):
        message.last_name = message.external_id or "unknown"
    status, message.status = message.status, contacts_pb2.Lead.STATUS_UNSPECIFIED
    lead, created = upsert(tx, Lead, message, row)
    if created:
        lead.status = contacts_pb2.Lead.Status.Name(status) if status else "NEW"
        lead.begin()
    elif status and (name := contacts_pb2.Lead.Status.Name(status)) != lead.status:
        change: LeadStatusChange | None = lead.move(name, tx.actor.id, tx.now, lead.updated_at)
        if change is not None:
            tx.session.add(change)
    result = outcome(tx, lead, created)
    if created and row.get("last_activity"):
        _note_activity(tx, lead, row)
    return result


def _note_activity(tx: Transaction, lead: Lead, row: Row) -> None:
    activity = Activity(
        type="OTHER",
        subject=row["last_activity"][:300],
        lead_id=lead.id,
        channel=(lead.source or "")[:40],
        owner_id=lead.owner_id,
        occurred_at=lead.created_at,
        source_id=f"lead:{lead.id}:last_activity",
        done=True,
    )
    tx.add(activity)


def import_activity(tx: Transaction, row: Row) -> str:
    """An activity; `contact` names the contact by e-mail address or external id, `account` the account."""
    extra: dict[str, Any] = {}
    if row.get("contact"):
        known = select(Contact.id).where(
            (Contact.external_id == row["contact"]) | (Contact.email == row["contact"].lower()),
            Contact.deleted_at.is_(None),
        )
        contact_id = tx.session.scalar(known.limit(1))
        if contact_id is None:
            raise UnknownReference.of("contact", f"contact {row['contact']!r}")
        extra["contact_id"] = contact_id
    if account_id := _account_id(tx, row, "account", "account"):
        extra["account_id"] = account_id
    message = read_row(contacts_pb2.Activity, row, extra=extra)
    if not any((message.contact_id, message.account_id, message.lead_id)):
        raise InvalidInput.of("contact", "name a contact, an account or a lead")
    if message.source_id:
        known_source = select(Activity.id).where(Activity.source_id == message.source_id)
        if tx.session.scalar(known_source) is not None:
            return "unchanged"
    activity, created = upsert(tx, Activity, message, row)
    activity.occurred_at = activity.occurred_at or (
        moment("created_at", row["created_at"]) if row.get("created_at") else tx.now
    )
    return outcome(tx, activity, created)


IMPORTERS = (
    Importer("accounts", "accounts.create", row_fields(contacts_pb2.Account, "parent"), import_account),
    Importer(
        "contacts", "contacts.create",
        row_fields(contacts_pb2.Contact, "account", "email", "phone", "mobile"), import_contact,
    ),
    Importer("leads", "leads.create", row_fields(contacts_pb2.Lead, "last_activity"), import_lead),
    Importer(
        "activities", "activities.create",
        row_fields(contacts_pb2.Activity, "account", "contact"), import_activity,
    ),
)  # fmt: skip
