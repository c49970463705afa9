"""What can be imported into this service, and how a row becomes a record.

Rows come in batches of one transaction each. What they name by human keys is looked up once per batch, and nothing
is flushed between rows, so that a batch is read and written with a few statements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from crm.contacts.v1 import account_relationships_pb2, accounts_pb2, activities_pb2, contacts_pb2, leads_pb2
from crm_chassis.contracts.formats import address_key
from crm_chassis.errors import InvalidInput
from crm_chassis.ids import as_uuid
from crm_chassis.imports.kinds import Importer
from crm_chassis.records.hierarchy import in_circle
from crm_chassis.records.mapping import assign
from crm_chassis.records.rows import Column, Row, Upserts, bring_in_line, columns_of, moment, outcome, read_row
from crm_chassis.records.tx import Transaction
from crm_kit.naming import Names, accounts_named, cells, contacts_named
from sqlalchemy import select

from crm_contacts.account_relationships.model import AccountRelationship, edge_of
from crm_contacts.account_relationships.usecases import check_holder, relate
from crm_contacts.accounts.model import Account
from crm_contacts.activities.model import Activity
from crm_contacts.base import Record
from crm_contacts.contacts.model import Contact
from crm_contacts.contacts.schema import RECOGNISED_BY
from crm_contacts.contacts.usecases import join_account, keep_contact
from crm_contacts.duplicates.checks import judge
from crm_contacts.errors import HierarchyCycle
from crm_contacts.leads.model import Lead
from crm_contacts.leads.queries import in_status_since
from crm_contacts.likenesses import TYPES, Likenesses, wish_of

R = TypeVar("R", bound=Record)
_ENDS = ("from_account_id", "to_account_id")


@dataclass
class _Batch(Generic[R]):
    """What the rows of one transaction name, as far as it was found."""

    records: Upserts[R]
    accounts: Names[str]
    contacts: Names[str]
    alike: Likenesses

    def find(self, row: Row) -> R | None:
        """The record that a row changes: that of its external id or, if the import is to change those, one that looks
        like it. Raises what is said of either."""
        known = self.records.find(row.get("external_id", ""))
        return known if known is not None or row.duplicates == "SKIP" else self.alike.find(row)

    def is_skipped(self, row: Row) -> bool:
        """Whether a record that looks like the row stays as it is."""
        return row.duplicates == "SKIP" and row in self.alike

    def keep(self, tx: Transaction, message: Any, row: Row) -> tuple[R, bool]:
        """The record of a row brought in line with it, or a new one, to be compared with others; True if it is new."""
        known = self.find(row)
        if known is not None and known is not self.records.find(message.external_id):
            bring_in_line(known, message, row)
            record, created = known, False
        else:
            record, created = self.records.keep(message, row)
        self.alike.made(row, record)
        tx.await_verdict(judge, record, wish_of(row))
        return record, created


def _prepare(
    model: type[R], key: str = "external_id", *, account: str = "", contact: str = ""
) -> Callable[[Transaction, Sequence[Row]], _Batch[R]]:
    """Looks up the records of a batch by their key, and what its columns `account` and `contact` name."""

    def prepare(tx: Transaction, rows: Sequence[Row]) -> _Batch[R]:
        records = Upserts(tx, model, rows, key)
        new = [row for row in rows if row.get(key, "") not in records] if model in TYPES else []
        return _Batch(
            records=records,
            accounts=accounts_named(tx, Account, cells(rows, account)),
            contacts=contacts_named(tx, Contact, cells(rows, contact)),
            alike=Likenesses(tx, TYPES.get(model, ""), new),
        )

    return prepare


_ADDRESS = ("street", "city", "postal_code", "region")


def _addresses(row: Row, record: Account | Contact | None) -> dict[str, Any]:
    """The field `addresses` with what the row says of the primary one; {} if it says nothing.

    Its country is `address_country`, else that of the row.
    """
    names = [name for name in _ADDRESS if row.get(name)]
    country = row.get("address_country", "")
    if not names and not country:
        return {}
    addresses = [dict(one) for one in record.addresses or ()] if record is not None else []
    if not addresses:
        addresses = [{"type": "work", "primary": True}]
    primary = next((one for one in addresses if one.get("primary")), addresses[0])
    primary |= {name: row[name] for name in names}
    if country or (row.get("country") and not primary.get("country")):
        primary["country"] = country or row["country"]
    return {"addresses": addresses}


def read_account(tx: Transaction, row: Row, batch: _Batch[Account]) -> accounts_pb2.Account:
    """An account; `parent` names the parent by name or external id."""
    account = batch.find(row)
    parent_id = batch.accounts.cell(row, "parent", "account")
    extra = _addresses(row, account) | ({"parent_id": parent_id} if parent_id else {})
    message = read_row(tx, accounts_pb2.Account, row, account, extra=extra)
    with tx.session.no_autoflush:
        tx.check_reference(Account, row.get("parent_id"), "parent_id")
    return message


def import_account(tx: Transaction, row: Row, batch: _Batch[Account], message: accounts_pb2.Account) -> str:
    """Raises HierarchyCycle."""
    if batch.is_skipped(row):
        return "unchanged"
    with tx.session.no_autoflush:
        account, created = batch.keep(tx, message, row)
        batch.accounts.put(account.id, account.external_id, account.name)
        result = outcome(tx, account, created)
    if not created and in_circle(tx.session, Account.parent_id, account):
        raise HierarchyCycle()
    return result


def _reached_at(row: Row, contact: Contact | None) -> dict[str, Any]:
    """The fields `emails` and `phones` with what the row says; without those of which it says nothing.

    Addresses of the row come first. Of what a known contact has, all other addresses stay, and the numbers of types
    that the row does not name, unless the row is complete.
    """
    known = contact if contact is not None and not row.complete else None
    said: dict[str, Any] = {}
    if addresses := row.entries("email"):
        addressed = (
            {one["address"]: one | {"primary": False} for one in known.emails or ()} if known is not None else {}
        )
        named = [addressed.pop(address_key(address), {"address": address, "type": "work"}) for address in addresses]
        said["emails"] = [*named, *addressed.values()]
    numbers = [
        {"number": number, "type": type_}
        for column, type_ in (("phone", "work"), ("mobile", "mobile"))
        for number in row.entries(column)
    ]
    if numbers:
        types = {number["type"] for number in numbers}
        had = [one for one in known.phones or () if one["type"] not in types] if known is not None else []
        said["phones"] = numbers + had
    return said


def read_contact(tx: Transaction, row: Row, batch: _Batch[Contact]) -> contacts_pb2.Contact:
    """A contact; `email`, `phone` and `mobile` hold addresses and numbers, `account` names the account."""
    contact = batch.find(row)
    account_id = batch.accounts.cell(row, "account")
    extra: dict[str, Any] = _addresses(row, contact) | ({"account_id": account_id} if account_id else {})
    extra |= _reached_at(row, contact)
    message = read_row(tx, contacts_pb2.Contact, row, contact, extra=extra)
    told = {field.name for field, _ in message.ListFields()}
    if contact is not None:
        told |= {name for name in RECOGNISED_BY if getattr(contact, name) and name not in row.cleared}
    if not told.intersection(RECOGNISED_BY):
        raise InvalidInput.of("last_name", "give a name, an e-mail address or a telephone number")
    with tx.session.no_autoflush:
        tx.check_reference(Account, row.get("account_id"), "account_id")
    return message


def import_contact(tx: Transaction, row: Row, batch: _Batch[Contact], message: contacts_pb2.Contact) -> str:
    """Keeps also what the person is recognised by, and the tie to the account."""
    if batch.is_skipped(row):
        return "unchanged"
    with tx.session.no_autoflush:
        known = batch.find(row)
        before = known.account_id if known is not None else None
        contact, created = batch.keep(tx, message, row)
        if contact.account_id != before:
            if not created and not contact.version:
                tx.session.flush()  # two rows of one batch
            join_account(tx, contact, contact.account_id)
        if message.emails or message.phones or row.cleared & {"emails", "phones"}:
            keep_contact(tx, contact)
        return outcome(tx, contact, created)


class _Related:
    """What the rows of one transaction name: accounts, and what those are to each other."""

    def __init__(self, tx: Transaction, rows: Sequence[Row]) -> None:
        self._tx = tx
        self._named = accounts_named(tx, Account, cells(rows, "from_account") | cells(rows, "to_account"))
        self._known: dict[str, AccountRelationship] = {}
        ids = self._named.all() | {row[name] for row in rows for name in _ENDS if as_uuid(row.get(name, ""))}
        if ids:
            column = AccountRelationship.from_account_id, AccountRelationship.to_account_id
            query = select(AccountRelationship).where(
                *(one.in_(ids) for one in column), AccountRelationship.deleted_at.is_(None)
            )
            with tx.session.no_autoflush:
                found = tx.session.scalars(query.order_by(AccountRelationship.id).with_for_update())
                self._known = {one.edge: one for one in found}

    def ends(self, row: Row) -> dict[str, str]:
        """The ids of the accounts that a row names. Raises what is said of a name that calls none, or several."""
        named = {name: self._named.cell(row, name.removesuffix("_id"), "account") for name in _ENDS}
        return {name: id_ for name, id_ in named.items() if id_}

    def find(self, message: account_relationships_pb2.AccountRelationship) -> AccountRelationship | None:
        """What the two are to each other already by that kind, from whichever end it was said."""
        kind = account_relationships_pb2.AccountRelationship.Kind.Name(message.kind)
        return self._known.get(edge_of(kind, message.from_account_id, message.to_account_id))

    def put(self, relationship: AccountRelationship) -> None:
        """Keeps a new one, so that a later row of the batch finds it."""
        relationship.settle()
        self._known[relationship.edge] = relationship


def read_account_relationship(
    tx: Transaction, row: Row, related: _Related
) -> account_relationships_pb2.AccountRelationship:
    """A relationship; `from_account` and `to_account` name the accounts by name or external id."""
    message = read_row(tx, account_relationships_pb2.AccountRelationship, row, extra=related.ends(row))
    with tx.session.no_autoflush:
        for name in _ENDS:
            tx.check_reference(Account, getattr(message, name), name)
    return message


def import_account_relationship(
    tx: Transaction, row: Row, related: _Related, message: account_relationships_pb2.AccountRelationship
) -> str:
    """Of two that are related so already note and dates change, from whichever end it was said. Raises what relating by
    hand raises."""
    with tx.session.no_autoflush:
        known = related.find(message)
        if known is None:
            relationship = AccountRelationship()
            assign(relationship, message)
            if row.get("created_at"):
                relationship.created_at = moment("created_at", row["created_at"])
            related.put(relate(tx, relationship))
            return "created"
        check_holder(tx, known)
        said = {name for name in ("note", "start_date", "end_date") if row.get(name)}
        assign(known, message, said | row.cleared & {"note", "start_date", "end_date"})
        return outcome(tx, known, False)


def read_lead(tx: Transaction, row: Row, batch: _Batch[Lead]) -> leads_pb2.Lead:
    """A lead that is not converted yet."""
    lead = batch.find(row)
    if lead is not None:
        lead.must_be_open()
    message = read_row(tx, leads_pb2.Lead, row, lead)
    if lead is None and not any((message.first_name, message.last_name, message.company, message.email, message.phone)):
        message.last_name = message.external_id or "unknown"
    return message


def import_lead(tx: Transaction, row: Row, batch: _Batch[Lead], message: leads_pb2.Lead) -> str:
    """`last_activity` becomes an activity of the lead, once."""
    if batch.is_skipped(row):
        return "unchanged"
    status, message.status = message.status, leads_pb2.Lead.STATUS_UNSPECIFIED
    with tx.session.no_autoflush:
        lead, created = batch.keep(tx, message, row)
        if created:
            lead.status = leads_pb2.Lead.Status.Name(status) if status else "NEW"
            lead.begin()
        elif status and (name := leads_pb2.Lead.Status.Name(status)) != lead.status:
            change = lead.move(name, tx.actor.id, tx.now, in_status_since(tx, lead))
            if change is not None:
                tx.session.add(change)
        if "unqualified_reason" in tx.changes_of(lead):
            lead.must_give_no_idle_reason()
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


def read_activity(tx: Transaction, row: Row, batch: _Batch[Activity]) -> activities_pb2.Activity:
    """An activity; `contact` names the contact by e-mail address or external id, `account` the account."""
    extra = {"contact_id": batch.contacts.cell(row, "contact"), "account_id": batch.accounts.cell(row, "account")}
    message = read_row(tx, activities_pb2.Activity, row, extra={name: id_ for name, id_ in extra.items() if id_})
    if not any((message.contact_id, message.account_id, message.lead_id)):
        raise InvalidInput.of("contact", "name a contact, an account or a lead")
    with tx.session.no_autoflush:
        tx.check_reference(Contact, row.get("contact_id"), "contact_id")
        tx.check_reference(Account, row.get("account_id"), "account_id")
        tx.check_reference(Lead, row.get("lead_id"), "lead_id")
    return message


def import_activity(tx: Transaction, row: Row, batch: _Batch[Activity], message: activities_pb2.Activity) -> str:
    """One that is there already stays as it is."""
    if message.source_id in batch.records:
        return "unchanged"
    with tx.session.no_autoflush:
        activity, created = batch.records.keep(message, row)
        activity.occurred_at = activity.occurred_at or _begun(tx, row)
        return outcome(tx, activity, created)


def _begun(tx: Transaction, row: Row) -> datetime:
    return moment("created_at", row["created_at"]) if row.get("created_at") else tx.now


_PART = Column("", personal=True)
_PLACES = {"street": _PART, "city": _PART, "postal_code": _PART, "region": Column(""), "address_country": Column("")}
_PERSON = Column("", personal=True)

IMPORTERS = (
    Importer(
        "accounts", "accounts.create", accounts_pb2.Account,
        columns_of(accounts_pb2.Account, parent=Column("parent_id"), **_PLACES),
        _prepare(Account, account="parent"), read_account, import_account, seeks_duplicates=True,
    ),
    Importer(
        "contacts", "contacts.create", contacts_pb2.Contact,
        columns_of(
            contacts_pb2.Contact,
            account=Column("account_id"),
            email=Column("emails", many=True, personal=True),
            phone=Column("phones", many=True, personal=True),
            mobile=Column("phones", many=True, personal=True),
            **_PLACES,
        ),
        _prepare(Contact, account="account"), read_contact, import_contact, seeks_duplicates=True,
    ),
    Importer(
        "leads", "leads.create", leads_pb2.Lead, columns_of(leads_pb2.Lead, last_activity=_PERSON),
        _prepare(Lead), read_lead, import_lead, seeks_duplicates=True,
    ),
    Importer(
        "account_relationships", "account_relationships.create", account_relationships_pb2.AccountRelationship,
        columns_of(
            account_relationships_pb2.AccountRelationship,
            from_account=Column("from_account_id"), to_account=Column("to_account_id"),
        ),
        _Related, read_account_relationship, import_account_relationship,
    ),
    Importer(
        "activities", "activities.create", activities_pb2.Activity,
        columns_of(activities_pb2.Activity, account=Column("account_id"), contact=Column("contact_id", personal=True)),
        _prepare(Activity, "source_id", account="account", contact="contact"), read_activity, import_activity,
    ),
)  # fmt: skip
