"""Selects over what happened with a customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm.common.v1 import timelines_pb2
from crm_chassis.db.base import Id
from crm_chassis.records.tx import Transaction
from crm_chassis.records.view import View, kept
from crm_kit.customers import entries, timeline
from sqlalchemy import ARRAY, Select, String, and_, any_, bindparam, case, cast, func, literal, or_, select, union_all

from crm_contacts.account_relationships.model import AccountRelationship
from crm_contacts.accounts.model import Account
from crm_contacts.activities.model import Activity
from crm_contacts.contacts.model import Affiliation, Contact

SHOWN_ACCOUNTS = 50
SHOWN_CONTACTS = 50
SHOWN_RELATIONSHIPS = 50


@kept
def accounts_of(view: View) -> Select[Any]:
    """The accounts of a contact with its ties to them, the one it belongs to first."""
    own = bindparam("account_id", type_=Id)
    tied = and_(Affiliation.contact_id == bindparam("contact_id", type_=Id), Affiliation.deleted_at.is_(None))
    # One array, evaluated first, so that the accounts are found by their key and not by looking at all of them.
    ids = union_all(select(Affiliation.account_id).where(tied), select(own)).scalar_subquery()
    return (
        view.visible(Account)
        .add_columns(Affiliation)
        .outerjoin(Affiliation, and_(Affiliation.account_id == Account.id, tied))
        .where(Account.id == func.any(func.array(ids)))
        .order_by((Account.id == own).desc(), Account.name)
        .limit(SHOWN_ACCOUNTS)
    )


@kept
def family_of(view: View) -> Select[Any]:
    """An account, and after it its parent and subsidiaries; each with whether it is the account itself."""
    own = bindparam("account_id", type_=Id)
    itself = Account.id == own
    parent = select(Account.parent_id).where(itself).scalar_subquery()
    return (
        view.visible(Account)
        .add_columns(itself.label("itself"))
        .where(or_(itself, Account.parent_id == own, Account.id == parent))
        .order_by(itself.desc(), Account.name, Account.id)
        .limit(1 + SHOWN_ACCOUNTS)
    )


@kept
def people_of(view: View) -> Select[Any]:
    """The contacts of an account: those who belong to it, and those who are tied to it in another way."""
    own = bindparam("account_id", type_=Id)
    tied = select(Affiliation.contact_id).where(Affiliation.account_id == own, Affiliation.deleted_at.is_(None))
    # A union, which two indexes answer; with OR all contacts would be looked at.
    return view.visible(Contact).where(Contact.id.in_(tied.union(select(Contact.id).where(Contact.account_id == own))))


@kept
def newest_people_of(view: View) -> Select[Any]:
    """The newest contacts of an account, each with the tie to it and how many contacts there are."""
    tied = and_(
        Affiliation.contact_id == Contact.id,
        Affiliation.account_id == bindparam("account_id", type_=Id),
        Affiliation.deleted_at.is_(None),
    )
    counted = people_of(view).outerjoin(Affiliation, tied).add_columns(Affiliation, func.count().over().label("total"))
    return counted.order_by(Contact.created_at.desc(), Contact.id.desc()).limit(SHOWN_CONTACTS)


@kept
def relationships_of(view: View) -> Select[Any]:
    """What an account is to others, the newest first, each with the other account."""
    own = bindparam("account_id", type_=Id)
    one, other = AccountRelationship.from_account_id, AccountRelationship.to_account_id
    return (
        view.visible(AccountRelationship)
        .where(or_(one == own, other == own))
        .join(Account, Account.id == case((one == own, other), else_=one))
        .add_columns(Account)
        .order_by(AccountRelationship.created_at.desc(), AccountRelationship.id.desc())
        .limit(SHOWN_RELATIONSHIPS)
    )


def timeline_of(
    tx: Transaction, contact_ids: Sequence[str], account_id: str | None, position: Any = None
) -> list[timelines_pb2.TimelineEntry]:
    """Activities with any of the contacts or the account, newest first, before the position."""
    statement = _timeline(tx, account_id is not None, position)
    return entries(tx.execute(statement, contact_ids=list(contact_ids), account_id=account_id), "contacts")


@kept
def _timeline(view: View, of_account: bool, position: Any) -> Select[Any]:
    about = [Activity.contact_id == any_(bindparam("contact_ids", type_=ARRAY(Id)))]
    if of_account:
        about.append(Activity.account_id == bindparam("account_id", type_=Id))
    activities = view.visible(Activity).where(or_(*about))
    return timeline(
        [
            activities.with_only_columns(
                Activity.id.label("id"),
                Activity.occurred_at.label("at"),
                # An e-mail that has not gone out is no e-mail that happened.
                case(
                    (Activity.email_state == "QUEUED", "email.queued"),
                    (Activity.email_state == "FAILED", "email.failed"),
                    else_=func.lower(Activity.type),
                ).label("kind"),
                Activity.subject.label("title"),
                literal("activity").label("record_type"),
                Activity.id.label("record_id"),
                func.coalesce(cast(Activity.owner_id, String), Activity.created_by).label("actor_id"),
            )
        ],
        position,
    )
