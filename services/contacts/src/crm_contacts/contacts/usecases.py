"""What can be done with contacts and their ties to accounts."""

from __future__ import annotations

from crm.common.v1 import standard_pb2
from crm.contacts.v1 import affiliations_pb2, contacts_pb2
from crm_chassis.records.mapping import assign
from crm_chassis.records.standard import delete_record
from crm_chassis.records.tx import Transaction
from sqlalchemy import delete, select

from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Affiliation, Contact, ContactKey


def create_contact(tx: Transaction, request: contacts_pb2.CreateContactRequest) -> Contact:
    """A new contact. Raises UnknownReference for an account that the caller cannot see."""
    contact = Contact()
    assign(contact, request.contact)
    tx.check_reference(Account, contact.account_id, "contact.account_id")
    join_account(tx, tx.add(contact), contact.account_id)
    return keep_contact(tx, contact)


def update_contact(tx: Transaction, request: contacts_pb2.UpdateContactRequest) -> Contact:
    """Changes the fields that the mask names."""
    contact = tx.get(Contact, request.contact.id, etag=request.contact.etag)
    changed = assign(contact, request.contact, request.update_mask.paths)
    if "account_id" in changed:
        tx.check_reference(Account, contact.account_id, "contact.account_id")
        join_account(tx, contact, contact.account_id)
    if changed & {"emails", "phones", "country", "addresses"}:
        keep_contact(tx, contact)
    return contact


def delete_contact(tx: Transaction, request: standard_pb2.DeleteRequest) -> Contact:
    """Marks it as deleted; it can be brought back. Raises RecordMerged."""
    return delete_record(tx, Contact, request)


def keep_contact(tx: Transaction, contact: Contact) -> Contact:
    """Settles primaries and stores the keys the person is recognised by."""
    contact.settle()
    if contact.version:
        tx.session.execute(delete(ContactKey).where(ContactKey.contact_id == contact.id))
    values = [one["address"] for one in contact.emails] + [one["number"] for one in contact.phones]
    tx.session.add_all(ContactKey(value=value, contact_id=contact.id) for value in dict.fromkeys(values))
    return contact


# -- ties: the account of a contact and the contact's primary tie are one and the same ---------------------


def join_account(tx: Transaction, contact: Contact, account_id: str | None) -> None:
    """Makes an account, or none, the one that the contact belongs to.

    The tie to the account before stays, as one that is not primary. Who belongs to no account any more loses it, unless
    it says something of its own: a role or dates.
    """
    contact.account_id = account_id
    for former in _ties(tx, contact):
        if former.primary and former.account_id != account_id:
            former.primary = False
            if account_id is None and not (former.role or former.start_date or former.end_date):
                tx.delete(former)
    if account_id is not None:
        tie(tx, contact, account_id).primary = True


def tie(tx: Transaction, contact: Contact, account_id: str) -> Affiliation:
    """The contact's tie to an account; a new one, which is not primary, if there is none."""
    present = next((one for one in _ties(tx, contact) if one.account_id == account_id), None)
    return present or tx.add(Affiliation(contact_id=contact.id, account_id=account_id, primary=False))


def _ties(tx: Transaction, contact: Contact) -> list[Affiliation]:
    """The ties of a contact, locked. One that is not stored yet has none."""
    if not contact.version:
        return []
    query = select(Affiliation).where(Affiliation.contact_id == contact.id, Affiliation.deleted_at.is_(None))
    return list(tx.session.scalars(query.with_for_update()))


def create_affiliation(tx: Transaction, request: affiliations_pb2.CreateAffiliationRequest) -> Affiliation:
    """Ties a contact to an account; a primary tie moves the contact there."""
    affiliation = Affiliation()
    assign(affiliation, request.affiliation)
    tx.check_reference(Contact, affiliation.contact_id, "affiliation.contact_id")
    tx.check_reference(Account, affiliation.account_id, "affiliation.account_id")
    contact = _holder(tx, affiliation)
    tx.add(affiliation)
    if affiliation.primary:
        tx.session.flush()
        join_account(tx, contact, affiliation.account_id)
    return affiliation


def update_affiliation(tx: Transaction, request: affiliations_pb2.UpdateAffiliationRequest) -> Affiliation:
    """Changes role, dates or whether the tie is the primary one."""
    affiliation = tx.get(Affiliation, request.affiliation.id, etag=request.affiliation.etag)
    contact = _holder(tx, affiliation)
    was_primary = affiliation.primary
    assign(affiliation, request.affiliation, request.update_mask.paths)
    if affiliation.primary and not was_primary:
        join_account(tx, contact, affiliation.account_id)
    elif was_primary and not affiliation.primary:
        contact.account_id = None
    return affiliation


def delete_affiliation(tx: Transaction, request: standard_pb2.DeleteRequest) -> Affiliation:
    """Unties a contact from an account; with the primary tie the contact belongs to none."""
    affiliation = tx.get(Affiliation, request.id, etag=request.etag)
    contact = _holder(tx, affiliation)
    tx.delete(affiliation)
    if affiliation.primary:
        contact.account_id = None
    return affiliation


def _holder(tx: Transaction, affiliation: Affiliation) -> Contact:
    """The contact of a tie, which is part of it. Raises PermissionDenied unless the actor may change the contact."""
    contact = tx.find(Contact, affiliation.contact_id)
    assert contact is not None, "a tie is visible through its contact"
    tx.check_changeable(contact)
    return contact
