"""Selects over what happened with a customer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm.common.v1 import common_pb2
from crm_chassis.contracts.mapping import timestamp
from crm_chassis.contracts.transcode import to_datetime
from crm_chassis.db.tx import Transaction
from sqlalchemy import ColumnElement, literal, or_, tuple_

from crm_contacts.activities.model import Activity

DEFAULT_LIMIT = 20


def timeline(
    tx: Transaction, contact_ids: Sequence[str], account_id: str | None, position: Any = None
) -> list[common_pb2.TimelineEntry]:
    """Activities with any of the contacts or the account, newest first, before the position."""
    about: list[ColumnElement[bool]] = [Activity.contact_id.in_(contact_ids)] if contact_ids else []
    if account_id:
        about.append(Activity.account_id == account_id)
    query = tx.visible(Activity).where(or_(*about))
    limit = DEFAULT_LIMIT
    if position is not None:
        limit = position.limit or limit
        if position.HasField("before"):
            key = tuple_(Activity.occurred_at, Activity.id)
            before = literal(to_datetime(position.before)), literal(position.before_id, Activity.id.type)
            query = query.where(key < tuple_(*before))
        if position.kinds:
            query = query.where(Activity.type.in_([kind.upper() for kind in position.kinds]))
    rows = tx.session.scalars(query.order_by(Activity.occurred_at.desc(), Activity.id.desc()).limit(limit))
    return [_entry(row) for row in rows]


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
