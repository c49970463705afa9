"""Selects over what happened with a customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm.common.v1 import common_pb2
from crm_chassis.contracts.mapping import timestamp
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.model import Id
from crm_chassis.db.tx import Transaction
from crm_chassis.db.view import View, kept
from sqlalchemy import ARRAY, Select, and_, any_, bindparam, func, literal, or_, select, tuple_, union_all

from crm_contacts.accounts.model import Account
from crm_contacts.activities.model import Activity
from crm_contacts.contacts.model import Affiliation, Contact

DEFAULT_LIMIT = 20
SHOWN_ACCOUNTS = 50
SHOWN_CONTACTS = 50


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
    """The contacts of an account."""
    return view.visible(Contact).where(Contact.account_id == bindparam("account_id", type_=Id))


@kept
def newest_people_of(view: View) -> Select[Any]:
    """The newest contacts of an account, each with how many there are."""
    counted = people_of(view).add_columns(func.count().over().label("total"))
    return counted.order_by(Contact.created_at.desc(), Contact.id.desc()).limit(SHOWN_CONTACTS)


def timeline(
    tx: Transaction, contact_ids: Sequence[str], account_id: str | None, position: Any = None
) -> list[common_pb2.TimelineEntry]:
    """Activities with any of the contacts or the account, newest first, before the position."""
    statement = _timeline(tx, account_id is not None, position)
    found = tx.execute(statement, contact_ids=list(contact_ids), account_id=account_id)
    return [_entry(row) for row in found.scalars()]


@kept
def _timeline(view: View, of_account: bool, position: Any) -> Select[Any]:
    about = [Activity.contact_id == any_(bindparam("contact_ids", type_=ARRAY(Id)))]
    if of_account:
        about.append(Activity.account_id == bindparam("account_id", type_=Id))
    query = view.visible(Activity).where(or_(*about))
    limit = DEFAULT_LIMIT
    if position is not None:
        limit = position.limit or limit
        if position.HasField("before"):
            key = tuple_(Activity.occurred_at, Activity.id)
            before = literal(to_datetime(position.before)), literal(position.before_id, Activity.id.type)
            query = query.where(key < tuple_(*before))
        if position.kinds:
            query = query.where(Activity.type.in_([kind.upper() for kind in position.kinds]))
    return query.order_by(Activity.occurred_at.desc(), Activity.id.desc()).limit(limit)


def _entry(row: Activity) -> common_pb2.TimelineEntry:
    return common_pb2.TimelineEntry(
        id=row.id,
        at=timestamp(row.occurred_at),
        kind=row.type.lower(),
        title=row.subject,
        service="contacts",
        record_type="activity",
        record_id=row.id,
        actor_id=row.owner_id or row.created_by,
    )
