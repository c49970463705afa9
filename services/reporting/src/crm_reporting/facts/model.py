"""The facts and the dimensions: one row per record of another service, as its last event described it.

A column has the name of the field it holds; Money `amount` is `amount` and `amount_currency`. A row of a fact goes
when its record is deleted, so that every figure is over what exists. A row of a dimension stays, marked, because
closed deals still refer to it. Nothing PERSONAL is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from crm_chassis.db.base import Amount, Id
from crm_kit.copies import Copied, Lasting, Reader, Snapshot
from sqlalchemy import ARRAY, Date, Float, Index, Integer, Numeric, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from crm_reporting.base import Base


def line_totals(record: Snapshot) -> dict[str, Decimal]:
    """What the lines of an opportunity come to, by product."""
    totals: dict[str, Decimal] = {}
    for line in record.get("lines") or ():
        if line.get("product_id"):
            total = Decimal((line.get("total") or {}).get("amount") or 0)
            totals[line["product_id"]] = totals.get(line["product_id"], Decimal(0)) + total
    return totals


def shares(totals: Mapping[str, Decimal]) -> list[Decimal]:
    """The part of each product in the whole; equal parts where the lines come to nothing."""
    whole = sum(totals.values())
    if not whole:
        return [Decimal(1) / len(totals) for _ in totals]
    return [total / whole for total in totals.values()]


def solution_minutes(record: Snapshot) -> int | None:
    """Working minutes from creation to solution, once the ticket is solved."""
    clocks = record.get("sla_clocks") or () if record.get("resolved_at") else ()
    return next((clock["elapsed_minutes"] for clock in clocks if clock.get("kind") == "SOLUTION"), None)


class Fact(Copied, Base):
    """A copy of a record. Who may see the record may see it counted."""

    __abstract__ = True


class Dimension(Lasting, Base):
    """A copy that outlives its record."""

    __abstract__ = True


class Opportunity(Fact):
    """A deal."""

    __tablename__ = "opportunities"
    __table_args__ = (
        Index("opportunities_open", "stage_id", postgresql_where=text("status = 'OPEN'")),
        Index("opportunities_closed", "close_date", postgresql_where=text("status <> 'OPEN'")),
        Index("opportunities_owner", "owner_id"),
        Index("opportunities_territory", "territory_id"),
        Index("opportunities_account", "account_id"),
        Index("opportunities_contact", "contact_id"),
        Index("opportunities_campaign", "campaign_id", postgresql_where=text("campaign_id IS NOT NULL")),
        Index("opportunities_uncounted", "id", postgresql_where=text("counted_in = 0")),
        Index(
            "opportunities_in_stage",
            "stage_id",
            "stage_entered_at",
            postgresql_where=text("status = 'OPEN'"),
            postgresql_include=["pipeline_id", "owner_id", "territory_id"],
        ),
        Index("opportunities_closing", "close_date", "id", postgresql_where=text("status = 'OPEN'")),
        Index("opportunities_won", "account_id", "close_date", postgresql_where=text("status = 'WON'")),
        Index(
            "opportunities_earned",
            "close_date",
            postgresql_where=text("status = 'WON'"),
            postgresql_include=["account_id", "owner_id", "territory_id", "amount", "amount_currency"],
        ),
    )
    kind = "crm.sales.opportunity"
    plural = "opportunities"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"
    derived: ClassVar[Mapping[str, Reader]] = {
        "product_ids": lambda deal: list(line_totals(deal)),
        "product_shares": lambda deal: [str(share) for share in shares(line_totals(deal))],
        "counted_in": lambda deal: 1,
    }

    name: Mapped[str] = mapped_column(String)
    account_id: Mapped[str | None] = mapped_column(Id)
    contact_id: Mapped[str | None] = mapped_column(Id)
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    pipeline_id: Mapped[str | None] = mapped_column(Id)
    stage_id: Mapped[str | None] = mapped_column(Id)
    stage_entered_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(String)
    amount: Mapped[Decimal | None] = mapped_column(Amount)
    amount_currency: Mapped[str | None] = mapped_column(String)
    probability: Mapped[float | None] = mapped_column(Float)
    forecast_category: Mapped[str] = mapped_column(String)
    close_date: Mapped[date | None] = mapped_column(Date)
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(String)
    campaign_id: Mapped[str | None] = mapped_column(Id)
    lead_id: Mapped[str | None] = mapped_column(Id)
    lost_reason: Mapped[str] = mapped_column(String)
    product_ids: Mapped[list[str]] = mapped_column(ARRAY(Id))
    """The products of the lines, each once."""
    product_shares: Mapped[list[Decimal]] = mapped_column(ARRAY(Numeric(12, 10)))
    """Which part of the amount belongs to each of them; the parts make one."""
    counted_in: Mapped[int] = mapped_column(Integer, server_default="1")
    """The generation of sums (crm_reporting.deals.model) that the deal is counted in; 0 before it is counted."""


class Lead(Fact):
    """Interest that may become a customer."""

    __tablename__ = "leads"
    __table_args__ = (
        Index("leads_created", "created_at"),
        Index("leads_owner", "owner_id", "created_at"),
        Index("leads_territory", "territory_id", "created_at"),
    )
    kind = "crm.contacts.lead"
    plural = "leads"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"

    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    status: Mapped[str] = mapped_column(String)
    source: Mapped[str] = mapped_column(String)
    created_at: Mapped[datetime | None]
    converted_at: Mapped[datetime | None]
    converted_opportunity_id: Mapped[str | None] = mapped_column(Id)


class Ticket(Fact):
    """A request for help."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("tickets_created", "created_at"),
        Index("tickets_resolved", "resolved_at", postgresql_where=text("resolved_at IS NOT NULL")),
        Index("tickets_open", "created_at", postgresql_where=text("status NOT IN ('RESOLVED', 'CLOSED')")),
        Index("tickets_assignee", "assignee_id", "created_at"),
        Index("tickets_team", "team_id", "created_at"),
        Index("tickets_account", "account_id"),
        Index("tickets_contact", "contact_id"),
    )
    kind = "crm.support.ticket"
    plural = "tickets"
    owner_field: ClassVar[str | None] = "assignee_id"
    team_field: ClassVar[str | None] = "team_id"
    derived: ClassVar[Mapping[str, Reader]] = {"solution_minutes": solution_minutes}

    contact_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)
    assignee_id: Mapped[str | None] = mapped_column(Id)
    team_id: Mapped[str | None] = mapped_column(Id)
    status: Mapped[str] = mapped_column(String)
    priority: Mapped[str] = mapped_column(String)
    created_at: Mapped[datetime | None]
    first_responded_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    sla_breached: Mapped[bool]
    reopen_count: Mapped[int]
    satisfaction: Mapped[int | None]
    solution_minutes: Mapped[int | None]
    """Working minutes the solution took, as the ticket's own clock counted them; none without such a clock."""


class Reply(Fact):
    """A public answer of an agent."""

    __tablename__ = "replies"
    __table_args__ = (Index("replies_ticket", "ticket_id"),)
    kind = "crm.support.message"
    plural = "messages"
    visible_through: ClassVar[tuple[str, Any] | None] = ("ticket_id", Ticket)

    ticket_id: Mapped[str | None] = mapped_column(Id)

    @classmethod
    def counts(cls, record: Snapshot, at: datetime) -> bool:
        return not record.get("internal") and record.get("author") in ("AGENT", None)


class Contact(Fact):
    """A person, without anything that says who it is."""

    __tablename__ = "contacts"
    __table_args__ = (
        Index("contacts_created", "created_at"),
        Index("contacts_owner", "owner_id", "created_at"),
        Index("contacts_territory", "territory_id", "created_at"),
    )
    kind = "crm.contacts.contact"
    plural = "contacts"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"

    account_id: Mapped[str | None] = mapped_column(Id)
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime | None]


class Activity(Fact):
    """Something that happened with a customer, or is planned."""

    __tablename__ = "activities"
    __table_args__ = (
        Index("activities_contact", "contact_id", "occurred_at"),
        Index("activities_account", "account_id", "occurred_at"),
    )
    kind = "crm.contacts.activity"
    plural = "activities"
    owner_field: ClassVar[str | None] = "owner_id"

    type: Mapped[str] = mapped_column(String)
    owner_id: Mapped[str | None] = mapped_column(Id)
    contact_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)
    occurred_at: Mapped[datetime | None]


class Campaign(Dimension):
    """A campaign."""

    __tablename__ = "campaigns"
    kind = "crm.marketing.campaign"
    plural = "campaigns"
    owner_field: ClassVar[str | None] = "owner_id"

    name: Mapped[str] = mapped_column(String)
    owner_id: Mapped[str | None] = mapped_column(Id)
    start_date: Mapped[date | None] = mapped_column(Date)
    launched_at: Mapped[datetime | None]
    created_at: Mapped[datetime | None]
    cost: Mapped[Decimal | None] = mapped_column(Amount)
    cost_currency: Mapped[str | None] = mapped_column(String)
    budget: Mapped[Decimal | None] = mapped_column(Amount)
    budget_currency: Mapped[str | None] = mapped_column(String)


class CampaignMember(Fact):
    """A contact in a campaign."""

    __tablename__ = "campaign_members"
    __table_args__ = (Index("campaign_members_campaign", "campaign_id"),)
    kind = "crm.marketing.campaign_member"
    plural = "campaign_members"
    visible_through: ClassVar[tuple[str, Any] | None] = ("campaign_id", Campaign)

    campaign_id: Mapped[str | None] = mapped_column(Id)
    status: Mapped[str] = mapped_column(String)
    send_state: Mapped[str] = mapped_column(String)
    responded: Mapped[bool]


class Account(Dimension):
    """An organisation."""

    __tablename__ = "accounts"
    kind = "crm.contacts.account"
    plural = "accounts"
    owner_field: ClassVar[str | None] = "owner_id"
    territory_field: ClassVar[str | None] = "territory_id"

    name: Mapped[str] = mapped_column(String)
    industry: Mapped[str] = mapped_column(String)
    owner_id: Mapped[str | None] = mapped_column(Id)
    territory_id: Mapped[str | None] = mapped_column(Id)
    created_at: Mapped[datetime | None]


class Pipeline(Dimension):
    """A way of selling, with its stages as the event carries them."""

    __tablename__ = "pipelines"
    kind = "crm.sales.pipeline"
    plural = "pipelines"

    name: Mapped[str] = mapped_column(String)
    currency: Mapped[str] = mapped_column(String)
    stages: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class Product(Dimension):
    """Something we sell."""

    __tablename__ = "products"
    kind = "crm.sales.product"
    plural = "products"

    name: Mapped[str] = mapped_column(String)


MODELS: tuple[type[Copied], ...] = (
    Opportunity, Lead, Ticket, Reply, Contact, Activity, Campaign, CampaignMember, Account, Pipeline, Product,
)  # fmt: skip
