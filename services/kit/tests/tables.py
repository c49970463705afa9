"""Copies as a service would have them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from crm_chassis.db.base import COLUMN_TYPES, Amount, Id
from crm_kit.copies import Copied, CopiedAccount, CopiedContact
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Tables(DeclarativeBase):
    type_annotation_map = COLUMN_TYPES


class Account(CopiedAccount, Tables):
    __tablename__ = "accounts"


class Contact(CopiedContact, Tables):
    __tablename__ = "contacts"

    email: Mapped[str]
    tags: Mapped[list[str]]
    created_at: Mapped[datetime]


class Deal(Copied, Tables):
    """A row that is only counted."""

    __tablename__ = "deals"
    kind = "crm.sales.opportunity"
    plural = "opportunities"

    name: Mapped[str]
    contact_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)
    amount: Mapped[Decimal | None] = mapped_column(Amount)
    amount_currency: Mapped[str | None]
    close_date: Mapped[date | None]
    probability: Mapped[float | None]
    probability_overridden: Mapped[bool] = mapped_column(default=False)


class Ticket(Copied, Tables):
    """A row with numbers: one that there always is, and one that may be missing."""

    __tablename__ = "tickets"
    kind = "crm.support.ticket"
    plural = "tickets"

    reopen_count: Mapped[int]
    satisfaction: Mapped[int | None]
