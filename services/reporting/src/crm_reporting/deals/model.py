"""Sums of deals, so that a figure over a million of them reads a few thousand rows.

Triggers of the database keep them with every change of a deal or of an account, whichever version of the service
writes: see the migration that makes the table. What a deal adds to which sums is the function `deal_parts` there.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from crm_chassis.db.base import Id
from crm_chassis.records.model import Visible
from sqlalchemy import BigInteger, Date, Index, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from crm_reporting.base import Base


class DealSum(Visible, Base):
    """The deals that are equal in everything that figures tell apart. Who may see the deals may see their sum."""

    __tablename__ = "deal_sums"
    __table_args__ = (
        Index("deal_sums_day", "dimension", "grain", "day"),
        Index("deal_sums_open", "dimension", "grain", postgresql_where=text("status = 'OPEN'")),
    )
    plural = "opportunities"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    """Made of all the columns that tell sums apart."""
    generation: Mapped[int] = mapped_column(Integer)
    """Deals are counted in one of them; while they are counted anew, some still are in the one before."""
    dimension: Mapped[str] = mapped_column(String)
    """What else the deals have in common: "deal" (nothing), "source", "campaign", "lost_reason", "sector", "product".

    Each deal is in one sum of a dimension; in several of "product", with its share of the amount, in none of "campaign"
    and "lost_reason" if it has none.
    """
    value: Mapped[str] = mapped_column(String)
    """The source, the id of the campaign and so on; "" if the deals have none."""
    status: Mapped[str] = mapped_column(String)
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    pipeline_id: Mapped[str | None] = mapped_column(Id)
    stage_id: Mapped[str | None] = mapped_column(Id)
    """Of open deals in the dimension "deal", like the forecast category."""
    forecast_category: Mapped[str] = mapped_column(String)
    account_owner_id: Mapped[str | None] = mapped_column(Id)
    """Whose the account is that gives the sector, like its territory: they decide who may know it."""
    account_territory_id: Mapped[str | None] = mapped_column(Id)
    currency: Mapped[str] = mapped_column(String)
    """Of the amounts; "" for deals without any."""
    grain: Mapped[str] = mapped_column(String)
    """Each deal counts in a sum of the "DAY" on which it closes and in one of the "MONTH"."""
    day: Mapped[date | None] = mapped_column(Date)
    """The day, or the first of the month."""
    deals: Mapped[int] = mapped_column(BigInteger)
    priced: Mapped[int] = mapped_column(BigInteger)
    """Deals that have an amount."""
    amount: Mapped[Decimal] = mapped_column(Numeric)
    weighted: Mapped[Decimal] = mapped_column(Numeric)
    """Amounts times probability."""
    seconds: Mapped[Decimal] = mapped_column(Numeric)
    """From creation to winning, of all won deals together."""


class SectorSum(DealSum):
    """A sum of the dimension "sector", as one that whoever may see its accounts may see."""

    plural = "accounts"
    owner_field: ClassVar[str | None] = "account_owner_id"
    territory_field: ClassVar[str | None] = "account_territory_id"
