"""What customer-360 shows of a contact or an account as it was at an earlier time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm.contacts.v1 import customers_pb2
from crm_chassis.records.past import Past, as_of, messages_then, those_as_of
from crm_chassis.records.tx import Transaction
from crm_kit.customers import until
from sqlalchemy import or_

from crm_contacts.account_relationships.model import AccountRelationship
from crm_contacts.accounts.model import Account
from crm_contacts.contacts.model import Affiliation, Contact
from crm_contacts.customers.queries import SHOWN_ACCOUNTS, SHOWN_CONTACTS, SHOWN_RELATIONSHIPS, timeline_of


def contact_then(tx: Transaction, contact_id: str, moment: datetime) -> customers_pb2.CustomerProfile:
    """The profile of a contact at a moment. Raises NotFound if the caller may not see it, NotYetCreated."""
    contact = as_of(tx, tx.get(Contact, contact_id), moment)
    ties = _ties(tx, moment, Affiliation.contact_id == contact.record.id)
    ids = [contact.record.account_id, *(tie.record.account_id for tie in ties)]
    accounts = sorted(
        _accounts(tx, moment, Account.id.in_({id_ for id_ in ids if id_})),
        key=lambda one: (one.record.id != contact.record.account_id, one.record.name),
    )
    shown = {one.record.id for one in accounts}
    return customers_pb2.CustomerProfile(
        contact=contact.message(),
        account=next((one.message() for one in accounts if one.record.id == contact.record.account_id), None),
        accounts=messages_then(accounts[:SHOWN_ACCOUNTS]),
        affiliations=messages_then(tie for tie in ties if tie.record.account_id in shown),
        timeline=timeline_of(tx, [contact.record.id], None, until(moment)),
        contact_ids=[contact.record.id],
    )


def account_then(tx: Transaction, account_id: str, moment: datetime) -> customers_pb2.CustomerProfile:
    """The profile of an account at a moment, with those who belong to it now too, or are tied to it.

    Raises NotFound if the caller may not see it, NotYetCreated.
    """
    account = as_of(tx, tx.get(Account, account_id), moment)
    own, parent_id = account.record.id, account.record.parent_id
    family = [
        one
        for one in _accounts(tx, moment, or_(Account.parent_id == own, Account.id == parent_id))
        if one.record.id == parent_id or one.record.parent_id == own
    ]
    ties = _ties(tx, moment, Affiliation.account_id == own)
    tied = {tie.record.contact_id for tie in ties}
    about = or_(Contact.account_id == own, Contact.id.in_(tied))
    query = tx.visible(Contact, deleted=True).where(about).order_by(Contact.created_at.desc(), Contact.id.desc())
    people = [one for one in those_as_of(tx, query, moment) if one.record.account_id == own or one.record.id in tied]
    shown = people[:SHOWN_CONTACTS]
    ids = [one.record.id for one in people]
    said = or_(AccountRelationship.from_account_id == own, AccountRelationship.to_account_id == own)
    query = tx.visible(AccountRelationship, deleted=True).where(said).order_by(AccountRelationship.created_at.desc())
    related = [one for one in those_as_of(tx, query, moment) if own in _ends(one)][:SHOWN_RELATIONSHIPS]
    others = {id_ for one in related for id_ in _ends(one)} - {own}
    return customers_pb2.CustomerProfile(
        account=account.message(),
        accounts=messages_then(sorted(family, key=lambda one: (one.record.name, one.record.id))[:SHOWN_ACCOUNTS]),
        affiliations=messages_then(tie for tie in ties if tie.record.contact_id in {one.record.id for one in shown}),
        contacts=messages_then(shown),
        contact_count=len(people),
        timeline=timeline_of(tx, ids, own, until(moment)),
        contact_ids=ids,
        relationships=messages_then(related),
        related_accounts=messages_then(_accounts(tx, moment, Account.id.in_(others))),
    )


def _ends(past: Past[AccountRelationship]) -> tuple[str, str]:
    return past.record.from_account_id, past.record.to_account_id


def _accounts(tx: Transaction, moment: datetime, which: Any) -> list[Past[Account]]:
    return those_as_of(tx, tx.visible(Account, deleted=True).where(which).order_by(Account.id), moment)


def _ties(tx: Transaction, moment: datetime, which: Any) -> list[Past[Affiliation]]:
    return those_as_of(tx, tx.visible(Affiliation, deleted=True).where(which).order_by(Affiliation.id), moment)
