"""What can be done with contacts and their ties to accounts."""

from __future__ import annotations

from typing import Any

from crm.contacts.v1 import contacts_pb2
from crm_chassis.contracts.mapping import assign
from crm_chassis.contracts.paging import list_page
from crm_chassis.db.tx import Transaction
from sqlalchemy import delete, select

from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Affiliation, Contact, ContactKey


def create_contact(tx: Transaction, request: contacts_pb2.CreateContactRequest) -> Contact:
    """A new contact. Raises UnknownReference for an account that the caller cannot see."""
    contact = Contact()
    assign(contact, request.contact)
    tx.check_reference(Account, contact.account_id, "contact.account_id")
    return keep_contact(tx, tx.add(contact))


def get_contact(tx: Transaction, request: contacts_pb2.GetContactRequest) -> Contact:
    """One contact."""
    return tx.get(Contact, request.id)


def list_contacts(tx: Transaction, request: contacts_pb2.ListContactsRequest) -> Any:
    """A page of contacts."""
    return list_page(tx, Contact, request, contacts_pb2.ListContactsResponse)


def update_contact(tx: Transaction, request: contacts_pb2.UpdateContactRequest) -> Contact:
    """Changes the fields that the mask names."""
    contact = tx.get(Contact, request.contact.id, etag=request.contact.etag)
    changed = assign(contact, request.contact, request.update_mask.paths)
    if "account_id" in changed:
        tx.check_reference(Account, contact.account_id, "contact.account_id")
    if changed & {"emails", "phones"}:
        keep_contact(tx, contact)
    return contact


def delete_contact(tx: Transaction, request: contacts_pb2.DeleteContactRequest) -> Contact:
    """Deletes a contact."""
    contact = tx.get(Contact, request.id, etag=request.etag)
    tx.delete(contact)
    return contact


def undelete_contact(tx: Transaction, request: contacts_pb2.UndeleteContactRequest) -> Contact:
    """Brings a deleted contact back."""
    contact = tx.get(Contact, request.id, etag=request.etag, deleted=True)
    tx.undelete(contact)
    return contact


def keep_contact(tx: Transaction, contact: Contact) -> Contact:
    """Settles primaries and stores the keys the person is recognised by."""
    contact.settle_primaries()
    if contact.version:
        tx.session.execute(delete(ContactKey).where(ContactKey.contact_id == contact.id))
    values = [one["address"] for one in contact.emails] + [one["number"] for one in contact.phones]
    tx.session.add_all(ContactKey(value=value, contact_id=contact.id) for value in dict.fromkeys(values))
    return contact


def create_affiliation(tx: Transaction, request: contacts_pb2.CreateAffiliationRequest) -> Affiliation:
    """Ties a contact to an account; a primary tie moves the contact there."""
    affiliation = Affiliation()
    assign(affiliation, request.affiliation)
    tx.check_reference(Contact, affiliation.contact_id, "affiliation.contact_id")
    tx.check_reference(Account, affiliation.account_id, "affiliation.account_id")
    _make_primary(tx, tx.add(affiliation))
    return affiliation


def get_affiliation(tx: Transaction, request: contacts_pb2.GetAffiliationRequest) -> Affiliation:
    """One tie."""
    return tx.get(Affiliation, request.id)


def list_affiliations(tx: Transaction, request: contacts_pb2.ListAffiliationsRequest) -> Any:
    """A page of ties."""
    return list_page(tx, Affiliation, request, contacts_pb2.ListAffiliationsResponse)


def update_affiliation(tx: Transaction, request: contacts_pb2.UpdateAffiliationRequest) -> Affiliation:
    """Changes role, dates or whether the tie is the primary one."""
    affiliation = tx.get(Affiliation, request.affiliation.id, etag=request.affiliation.etag)
    if "primary" in assign(affiliation, request.affiliation, request.update_mask.paths):
        _make_primary(tx, affiliation)
    return affiliation


def delete_affiliation(tx: Transaction, request: contacts_pb2.DeleteAffiliationRequest) -> Affiliation:
    """Removes a tie."""
    affiliation = tx.get(Affiliation, request.id, etag=request.etag)
    tx.delete(affiliation)
    return affiliation


def _make_primary(tx: Transaction, affiliation: Affiliation) -> None:
    """Ends the primacy of the contact's other ties and moves the contact to the account."""
    if not affiliation.primary:
        return
    others = select(Affiliation).where(
        Affiliation.contact_id == affiliation.contact_id,
        Affiliation.id != affiliation.id,
        Affiliation.primary,
        Affiliation.deleted_at.is_(None),
    )
    for other in tx.session.scalars(others.with_for_update()):
        other.primary = False
    contact = tx.find(Contact, affiliation.contact_id)
    if contact is not None:
        contact.account_id = affiliation.account_id
