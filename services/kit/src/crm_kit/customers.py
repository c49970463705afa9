"""What each service asks of its own records about one customer: a contact, or an account with its people.

Statements are built once for all customers (`kept`), so a customer comes as parameters: `contact_id`, or `account_id`
and `contact_ids`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from crm.common.v1 import timelines_pb2
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.base import Id
from crm_chassis.errors import InvalidInput
from crm_chassis.records.mapping import timestamp
from crm_chassis.records.past import moment_of
from crm_chassis.records.tx import Transaction
from sqlalchemy import ARRAY, ColumnElement, Row, Select, any_, bindparam, literal, or_, select, tuple_, union_all

DEFAULT_ENTRIES = 20
"""Entries of a timeline where nobody says how many."""


def parameters(customer: timelines_pb2.CustomerRef) -> dict[str, Any]:
    """The parameters that stand for a customer. Raises InvalidInput if none is named."""
    if customer.contact_id:
        return {"contact_id": customer.contact_id}
    if customer.account_id:
        return {"account_id": customer.account_id, "contact_ids": list(customer.contact_ids)}
    raise InvalidInput.of("customer", "name a contact or an account")


def is_contact(customer: timelines_pb2.CustomerRef) -> bool:
    """Whether a customer is a contact: statements have one shape for contacts and one for accounts."""
    return bool(customer.contact_id)


def concerns(model: Any, of_contact: bool) -> ColumnElement[bool]:
    """Rows with the contact; or with the account, or one of the people named with it."""
    if of_contact:
        return model.contact_id == bindparam("contact_id", type_=Id)
    people = model.contact_id == any_(bindparam("contact_ids", type_=ARRAY(Id)))
    return or_(model.account_id == bindparam("account_id", type_=Id), people)


def concerned(record: Any, customer: timelines_pb2.CustomerRef) -> bool:
    """The same of a record that is known."""
    if customer.contact_id:
        return bool(record.contact_id == customer.contact_id)
    return record.account_id == customer.account_id or record.contact_id in customer.contact_ids


def moment_asked(tx: Transaction, request: timelines_pb2.GetCustomerRequest) -> datetime | None:
    """The earlier time that a customer is asked for; None for now. Raises InvalidInput if it lies ahead."""
    return moment_of(tx, request.as_of) if request.HasField("as_of") else None


def until(moment: datetime) -> timelines_pb2.TimelinePosition:
    """The position in a timeline before which stands what had happened at a moment."""
    return timelines_pb2.TimelinePosition(before=timestamp(moment + timedelta(microseconds=1)))


def timeline(
    branches: Iterable[Select[*tuple[Any, ...]]], position: timelines_pb2.TimelinePosition | None
) -> Select[*tuple[Any, ...]]:
    """The newest entries of all branches, those before the position and of its kinds, as one statement.

    A branch selects the columns of an entry: at, id, kind, title, record_type, record_id, actor_id. Kinds are in lower
    case.
    """
    limit = (position.limit if position is not None else 0) or DEFAULT_ENTRIES
    newest = [_newest(_narrowed(branch, position), limit).subquery().select() for branch in branches]
    return _newest(select(union_all(*newest).subquery()), limit)


def _newest(entries: Select[*tuple[Any, ...]], limit: int) -> Select[*tuple[Any, ...]]:
    columns = entries.selected_columns
    return entries.order_by(columns["at"].desc(), columns["id"].desc()).limit(limit)


def _narrowed(
    branch: Select[*tuple[Any, ...]], position: timelines_pb2.TimelinePosition | None
) -> Select[*tuple[Any, ...]]:
    if position is None:
        return branch
    columns = branch.selected_columns
    if position.HasField("before"):
        at = literal(to_datetime(position.before), columns["at"].type)
        tie = tuple_(at, literal(position.before_id, Id))
        branch = branch.where(tuple_(columns["at"], columns["id"]) < tie if position.before_id else columns["at"] < at)
    if position.kinds:
        branch = branch.where(columns["kind"].in_([kind.lower() for kind in position.kinds]))
    return branch


def entries(rows: Iterable[Row[*tuple[Any, ...]]], service: str) -> list[timelines_pb2.TimelineEntry]:
    """The rows of `timeline` as messages; `service` is the one that knows the details."""
    return [
        timelines_pb2.TimelineEntry(
            id=row.id,
            at=timestamp(row.at),
            kind=row.kind,
            title=row.title,
            service=service,
            record_type=row.record_type,
            record_id=row.record_id,
            actor_id=row.actor_id,
        )
        for row in rows
    ]
