"""Marks: "these fields of this customer changed, look at the segments that depend on them".

A mark commits together with the change it speaks of, and the worker takes marks away in small batches a few times
a second, one batch at a time. So whatever a mark speaks of is visible to whoever takes it, a change that commits
late has its mark looked at late, and nothing that two events do at once can leave a membership wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from crm_chassis.db.base import Id
from crm_chassis.records.model import Personal
from crm_chassis.records.tx import Transaction
from sqlalchemy import BigInteger, Identity, func, insert
from sqlalchemy.orm import Mapped, mapped_column

from crm_marketing.base import Base

EVERYTHING = "*"


class SegmentMark(Base):
    """A contact, or all contacts of an account, to be looked at again."""

    __tablename__ = "segment_marks"
    personal: ClassVar[Personal | None] = None

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    contact_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)
    fields: Mapped[list[str]]
    """Names of filter fields; "*" stands for all, "account.*" for those of the account."""
    marked_at: Mapped[datetime] = mapped_column(server_default=func.now())
    happened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When the change was made, by the clock of the service that made it."""


_INSERT = insert(SegmentMark.__table__)  # type: ignore[arg-type]


def mark_contact(tx: Transaction, contact_id: str, fields: Iterable[str], at: datetime | None = None) -> None:
    """Notes that fields of a contact changed, now unless it is said when."""
    _mark(tx, contact_id, None, fields, at)


def mark_contacts(tx: Transaction, contact_ids: Iterable[str], field: str) -> None:
    """Notes that one field of many contacts changed."""
    rows = [{"contact_id": id_, "account_id": None, "fields": [field], "happened_at": tx.now} for id_ in contact_ids]
    if rows:
        tx.session.execute(_INSERT, rows)


def mark_account(tx: Transaction, account_id: str, fields: Iterable[str], at: datetime | None = None) -> None:
    """Notes that fields of an account changed, which its contacts may be chosen by; now unless it is said when."""
    _mark(tx, None, account_id, fields, at)


def _mark(
    tx: Transaction, contact_id: str | None, account_id: str | None, fields: Iterable[str], at: datetime | None
) -> None:
    row = {"contact_id": contact_id, "account_id": account_id, "fields": sorted(fields), "happened_at": at or tx.now}
    tx.session.execute(_INSERT, row)
