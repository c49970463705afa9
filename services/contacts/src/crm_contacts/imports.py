"""What can be imported into this service, and how a row becomes a record.

Rows come in batches of one transaction each. What they name by human keys is looked up once per batch, and nothing
is flushed between rows, so that a batch is read and written with a few statements.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from crm.contacts.v1 import contacts_pb2
from crm_chassis.contracts.rows import Upserts, ids_by_key, moment, outcome, read_row, row_fields
from crm_chassis.db.imports import Importer, Row
from crm_chassis.db.model import Record
from crm_chassis.db.tx import Transaction
from crm_chassis.errors import InvalidInput, UnknownReference
from sqlalchemy import or_

from crm_contacts.accounts.model import Account
from crm_contacts.accounts.queries import ancestors
from crm_contacts.activities.model import Activity
from crm_contacts.contacts.model import Contact
from crm_contacts.contacts.usecases import keep_contact
from crm_contacts.errors import HierarchyCycle
from crm_contacts.leads.model import Lead
from crm_contacts.leads.queries import in_status_since
from crm_contacts.normalise import company_key

R = TypeVar("R", bound=Record)


@dataclass
class _Batch(Generic[R]):
    """What the rows of one transaction name, as far as it was found."""

    records: Upserts[R]
    accounts: dict[str, str] = field(default_factory=dict)
    """Account ids by external id and by the key of the name."""
    contacts: dict[str, str] = field(default_factory=dict)
    """Contact ids by external id and by address."""

    def account(self, row: Row, column: str) -> str | None:
        """The account that a cell names by external id or name. Raises UnknownReference; the row is tried again."""
        name = row.get(column, "")
        if not name:
            return None
        found = self.accounts.get(name) or self.accounts.get(company_key(name))
        if found is None:
            raise UnknownReference.of(column, f"account {name!r}")
        return found

    def contact(self, row: Row, column: str) -> str | None:
        """The contact that a cell names by external id or address. Raises UnknownReference; the row is tried again."""
        name = row.get(column, "")
        if not name:
            return None
        found = self.contacts.get(name) or self.contacts.get(name.lower())
        if found is None:
            raise UnknownReference.of(column, f"contact {name!r}")
        return found


def _prepare(
    model: type[R], key: str = "external_id", *, account: str = "", contact: str = ""
) -> Callable[[Transaction, Sequence[Row]], _Batch[R]]:
    """Looks up the records of a batch by their key, and what its columns `account` and `contact` name."""

    def prepare(tx: Transaction, rows: Sequence[Row]) -> _Batch[R]:
        batch = _Batch(Upserts(tx, model, rows, key))
        if names := {row[account] for row in rows if row.get(account)}:
            batch.accounts = _accounts_named(tx, names)
        if names := {row[contact] for row in rows if row.get(contact)}:
            batch.contacts = _contacts_named(tx, names)
        return batch

    return prepare


def _accounts_named(tx: Transaction, names: Collection[str]) -> dict[str, str]:
    keys = {company_key(name) for name in names} - {""}
    columns = Account.id, Account.external_id, Account.key
    query = tx.visible(Account).where(or_(Account.external_id.in_(names), Account.key.in_(keys)))
    return ids_by_key(tx.session.execute(query.with_only_columns(*columns).order_by(Account.created_at)))


def _contacts_named(tx: Transaction, names: Collection[str]) -> dict[str, str]:
    columns = Contact.id, Contact.external_id, Contact.email
    addresses = {name.lower() for name in names}
    query = tx.visible(Contact).where(or_(Contact.external_id.in_(names), Contact.email.in_(addresses)))
    return ids_by_key(tx.session.execute(query.with_only_columns(*columns).order_by(Contact.created_at)))


def import_account(tx: Transaction, row: Row, batch: _Batch[Account]) -> str:
    """An account; `parent` names the parent by name or external id. Raises HierarchyCycle."""
    parent_id = batch.account(row, "parent")
    message = read_row(tx, contacts_pb2.Account, row, extra={"parent_id": parent_id} if parent_id else {})
    with tx.session.no_autoflush:
        tx.check_reference(Account, row.get("parent_id"), "parent_id")
        account, created = batch.records.keep(message, row)
        if created:
            batch.accounts |= {account.external_id: account.id}
        account.rekey()
        batch.accounts.setdefault(account.key, account.id)
        result = outcome(tx, account, created)
    if account.parent_id and not created and account.id in set(tx.session.scalars(ancestors(account.parent_id))):
        raise HierarchyCycle()
    return result


def import_contact(tx: Transaction, row: Row, batch: _Batch[Contact]) -> str:
    """A contact; `email`, `phone` and `mobile` hold addresses and numbers, `account` names the account."""
    account_id = batch.account(row, "account")
    extra: dict[str, Any] = {"account_id": account_id} if account_id else {}
    if row.get("email"):
        extra["emails"] = [{"address": one.strip(), "type": "work"} for one in row["email"].split(";") if one.strip()]
    numbers = [(row.get("phone", ""), "work"), (row.get("mobile", ""), "mobile")]
    if any(number for number, _ in numbers):
        extra["phones"] = [{"number": number, "type": kind} for number, kind in numbers if number]
    message = read_row(tx, contacts_pb2.Contact, row, extra=extra)
    if not any((message.first_name, message.last_name, message.emails, message.phones)):
        raise InvalidInput.of("last_name", "give a name, an e-mail address or a telephone number")
    with tx.session.no_autoflush:
        tx.check_reference(Account, row.get("account_id"), "account_id")
        contact, created = batch.records.keep(message, row)
        if message.emails or message.phones:
            keep_contact(tx, contact)
        return outcome(tx, contact, created)


def import_lead(tx: Transaction, row: Row, batch: _Batch[Lead]) -> str:
    """A lead that is not converted yet. `last_activity` becomes an activity of the lead, once."""
    message = read_row(tx, contacts_pb2.Lead, row)
    if not any((message.first_name, message.last_name, message.company, message.email, message.phone)):
        message.last_name = message.external_id or "unknown"
    status, message.status = message.status, contacts_pb2.Lead.STATUS_UNSPECIFIED
    with tx.session.no_autoflush:
        known = batch.records.find(message.external_id)
        if known is not None:
            known.must_be_open()
        lead, created = batch.records.keep(message, row)
        if created:
            lead.status = contacts_pb2.Lead.Status.Name(status) if status else "NEW"
            lead.begin()
        elif status and (name := contacts_pb2.Lead.Status.Name(status)) != lead.status:
            change = lead.move(name, tx.actor.id, tx.now, in_status_since(tx, lead))
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


def import_activity(tx: Transaction, row: Row, batch: _Batch[Activity]) -> str:
    """An activity; `contact` names the contact by e-mail address or external id, `account` the account."""
    extra = {"contact_id": batch.contact(row, "contact"), "account_id": batch.account(row, "account")}
    message = read_row(tx, contacts_pb2.Activity, row, extra={name: id_ for name, id_ in extra.items() if id_})
    if not any((message.contact_id, message.account_id, message.lead_id)):
        raise InvalidInput.of("contact", "name a contact, an account or a lead")
    if message.source_id in batch.records:
        return "unchanged"
    with tx.session.no_autoflush:
        tx.check_reference(Contact, row.get("contact_id"), "contact_id")
        tx.check_reference(Account, row.get("account_id"), "account_id")
        tx.check_reference(Lead, row.get("lead_id"), "lead_id")
        activity, created = batch.records.keep(message, row)
        activity.occurred_at = activity.occurred_at or _begun(tx, row)
        return outcome(tx, activity, created)


def _begun(tx: Transaction, row: Mapping[str, str]) -> datetime:
    return moment("created_at", row["created_at"]) if row.get("created_at") else tx.now


IMPORTERS = (
    Importer(
        "accounts", "accounts.create", row_fields(contacts_pb2.Account, "parent"),
        _prepare(Account, account="parent"), import_account,
    ),
    Importer(
        "contacts", "contacts.create", row_fields(contacts_pb2.Contact, "account", "email", "phone", "mobile"),
        _prepare(Contact, account="account"), import_contact,
    ),
    Importer(
        "leads", "leads.create", row_fields(contacts_pb2.Lead, "last_activity"), _prepare(Lead), import_lead,
    ),
    Importer(
        "activities", "activities.create", row_fields(contacts_pb2.Activity, "account", "contact"),
        _prepare(Activity, "source_id", account="account", contact="contact"), import_activity,
    ),
)  # fmt: skip
