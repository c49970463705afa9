"""The campaign, its members and what each of them was sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from crm.marketing.v1 import campaign_members_pb2, campaigns_pb2
from crm_chassis.db.base import Amount, Id
from crm_chassis.errors import InvalidInput
from crm_chassis.jobs.kinds import Retry
from crm_chassis.records.model import Personal
from crm_chassis.records.sharing import Shared, shared_index
from sqlalchemy import BigInteger, Boolean, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm_marketing.base import Base, Record
from crm_marketing.errors import (
    CampaignAlreadyLaunched,
    CampaignIncomplete,
    CampaignNotPaused,
    CampaignNotSending,
    CampaignSending,
)
from crm_marketing.people.model import Contact

EMAIL, OFFLINE = "EMAIL", "OFFLINE"

RETRY = Retry(attempts=5, pauses=(60, 300, 1800, 7200))
"""How often a message is handed to the mail server that says "later"."""
STALE_AFTER = timedelta(seconds=60)

_FIXED_AT_LAUNCH = ("channel", "segment_id", "template_id", "from_address", "from_name", "informational")


class Campaign(Shared, Record):
    """An effort to reach an audience. DRAFT -> SENDING <-> PAUSED, SENDING -> DONE."""

    __tablename__ = "campaigns"
    __table_args__ = (
        Index("campaigns_created", "created_at", "id"),
        Index("campaigns_updated", "updated_at", "id"),
        Index("campaigns_name", "name", "id"),
        Index("campaigns_channel", "channel", "created_at", "id"),
        Index("campaigns_status", "status", "created_at", "id"),
        Index("campaigns_segment", "segment_id", "created_at", "id"),
        Index("campaigns_start_date", "start_date", "created_at", "id"),
        Index("campaigns_parent", "parent_id", "created_at", "id"),
        Index("campaigns_owner", "owner_id", "created_at", "id"),
        Index("campaigns_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
        shared_index("campaigns"),
    )
    message = campaigns_pb2.Campaign
    owner_field: ClassVar[str | None] = "owner_id"
    search_fields = frozenset({"name"})
    search_columns = frozenset({"name"})
    unlogged = frozenset(
        f"{name}_count" for name in ("member", "sent", "responded", "skipped", "failed", "unsubscribed")
    )

    name: Mapped[str] = mapped_column(String)
    channel: Mapped[str] = mapped_column(String)
    status: Mapped[str] = mapped_column(String, default="DRAFT")
    segment_id: Mapped[str | None] = mapped_column(Id)
    template_id: Mapped[str | None] = mapped_column(Id)
    from_address: Mapped[str] = mapped_column(String, default="")
    from_name: Mapped[str] = mapped_column(String, default="")
    informational: Mapped[bool] = mapped_column(Boolean, default=False)
    start_date: Mapped[date | None]
    end_date: Mapped[date | None]
    budget: Mapped[Decimal | None] = mapped_column(Amount)
    budget_currency: Mapped[str | None] = mapped_column(String)
    cost: Mapped[Decimal | None] = mapped_column(Amount)
    cost_currency: Mapped[str | None] = mapped_column(String)
    expected_revenue: Mapped[Decimal | None] = mapped_column(Amount)
    expected_revenue_currency: Mapped[str | None] = mapped_column(String)
    parent_id: Mapped[str | None] = mapped_column(Id)
    owner_id: Mapped[str | None] = mapped_column(Id)
    description: Mapped[str] = mapped_column(String, default="")
    pause_reason: Mapped[str] = mapped_column(String, default="")
    launched_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    external_id: Mapped[str] = mapped_column(String, default="")
    member_count: Mapped[int] = mapped_column(BigInteger, default=0)
    sent_count: Mapped[int] = mapped_column(BigInteger, default=0)
    responded_count: Mapped[int] = mapped_column(BigInteger, default=0)
    skipped_count: Mapped[int] = mapped_column(BigInteger, default=0)
    failed_count: Mapped[int] = mapped_column(BigInteger, default=0)
    unsubscribed_count: Mapped[int] = mapped_column(BigInteger, default=0)

    @property
    def counts(self) -> dict[str, int]:
        return {
            "members": self.member_count or 0,
            "sent": self.sent_count or 0,
            "responded": self.responded_count or 0,
            "skipped": self.skipped_count or 0,
            "failed": self.failed_count or 0,
            "unsubscribed": self.unsubscribed_count or 0,
        }

    def search_texts(self) -> Iterable[tuple[str, str]]:
        yield "name", self.name

    def check_dates(self) -> None:
        """A campaign does not end before it starts. Raises InvalidInput."""
        if self.start_date and self.end_date and self.end_date < self.start_date:
            raise InvalidInput.of("campaign.end_date", "must not be before start_date")

    def fixed_at_launch(self) -> tuple[Any, ...]:
        """What cannot change any more once the campaign is launched."""
        return tuple(getattr(self, name) for name in _FIXED_AT_LAUNCH)

    def check_fixed(self, before: tuple[Any, ...]) -> None:
        """Raises CampaignAlreadyLaunched if the campaign is launched and differs from `before` in what is fixed."""
        if self.status != "DRAFT" and self.fixed_at_launch() != before:
            raise CampaignAlreadyLaunched(f"After launch these are fixed: {', '.join(_FIXED_AT_LAUNCH)}.")

    def launch(self, now: datetime) -> None:
        """DRAFT -> SENDING; a campaign that sends nothing is DONE at once.

        Raises CampaignAlreadyLaunched, or CampaignIncomplete naming what an e-mail campaign lacks.
        """
        if self.status != "DRAFT":
            raise CampaignAlreadyLaunched()
        if self.channel == EMAIL:
            lacking = [name for name in ("segment_id", "template_id", "from_address") if not getattr(self, name)]
            if lacking:
                errors = {name: ["is needed to send"] for name in lacking}
                raise CampaignIncomplete(f"The campaign lacks {', '.join(lacking)}.", errors=errors)
        self.status, self.launched_at = "SENDING", now
        if self.channel == OFFLINE:
            self.finish(now)

    def pause(self, reason: str = "") -> None:
        """SENDING -> PAUSED; with a reason if nobody asked for it. Raises CampaignNotSending."""
        if self.status != "SENDING":
            raise CampaignNotSending()
        self.status, self.pause_reason = "PAUSED", reason

    def resume(self) -> None:
        """PAUSED -> SENDING. Raises CampaignNotPaused."""
        if self.status != "PAUSED":
            raise CampaignNotPaused()
        self.status, self.pause_reason = "SENDING", ""

    def finish(self, now: datetime) -> None:
        """SENDING -> DONE."""
        self.status, self.finished_at = "DONE", now

    def go_on(self) -> None:
        """DONE -> SENDING, for recipients who come late; one that is paused stays so."""
        if self.status == "DONE":
            self.status, self.finished_at = "SENDING", None

    def check_deletable(self) -> None:
        """Raises CampaignSending."""
        if self.status == "SENDING":
            raise CampaignSending()


class CampaignAudience(Base):
    """Whom a launched campaign reaches whose segment follows a filter: for those who belong to it and come late."""

    __tablename__ = "campaign_audiences"
    __table_args__ = (Index("campaign_audiences_segment", "segment_id", "launched_at"),)
    personal: ClassVar[Personal | None] = None

    campaign_id: Mapped[str] = mapped_column(Id, primary_key=True)
    segment_id: Mapped[str] = mapped_column(Id)
    launched_at: Mapped[datetime]
    launched_by: Mapped[str] = mapped_column(String)
    everybody: Mapped[bool] = mapped_column(Boolean)
    scope: Mapped[int] = mapped_column(Integer)
    """How far the right to read contacts reached at the launch."""


class CampaignText(Base):
    """The template as it was at launch: what is sent does not change while it is being sent."""

    __tablename__ = "campaign_texts"
    personal: ClassVar[Personal | None] = None

    campaign_id: Mapped[str] = mapped_column(Id, primary_key=True)
    subject: Mapped[str] = mapped_column(String)
    body_html: Mapped[str] = mapped_column(Text)
    body_text: Mapped[str] = mapped_column(Text)


class CampaignMember(Record):
    """A contact in a campaign, and where the message to it is.

    NOT_QUEUED -> QUEUED -> SENDING -> SENT, FAILED, or QUEUED again; QUEUED -> SKIPPED.
    """

    __tablename__ = "campaign_members"
    personal: ClassVar[Personal | None] = Personal("contact_id", ("address_hash", "last_error"))
    __table_args__ = (
        Index("campaign_members_created", "created_at", "id"),
        Index("campaign_members_updated", "updated_at", "id"),
        Index("campaign_members_campaign", "campaign_id", "created_at", "id"),
        Index("campaign_members_contact", "contact_id", "created_at", "id"),
        Index("campaign_members_status", "status", "created_at", "id"),
        Index("campaign_members_responded", "responded", "created_at", "id"),
        Index("campaign_members_send_state", "send_state", "created_at", "id"),
        Index(
            "campaign_members_once", "campaign_id", "contact_id", unique=True,
            postgresql_where="deleted_at IS NULL",
        ),
        Index(
            "campaign_members_waiting", "campaign_id", "next_attempt_at", "id",
            postgresql_where="send_state IN ('QUEUED', 'SENDING') AND deleted_at IS NULL",
        ),
        Index("campaign_members_address", "campaign_id", "address_hash", postgresql_where="address_hash <> ''"),
        Index("campaign_members_sending", "sending_since", postgresql_where="send_state = 'SENDING'"),
    )  # fmt: skip
    message = campaign_members_pb2.CampaignMember
    visible_through = ("campaign_id", Campaign)
    seen_with: ClassVar[tuple[tuple[str, Any], ...]] = (("contact_id", Contact),)
    unlogged = frozenset({"next_attempt_at", "sending_since", "address_hash", "last_error"})

    campaign_id: Mapped[str] = mapped_column(Id)
    contact_id: Mapped[str] = mapped_column(Id)
    status: Mapped[str] = mapped_column(String, default="")
    responded: Mapped[bool] = mapped_column(Boolean, default=False)
    responded_at: Mapped[datetime | None]
    send_state: Mapped[str] = mapped_column(String, default="NOT_QUEUED")
    skip_reason: Mapped[str] = mapped_column(String, default="")
    sent_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_attempt_at: Mapped[datetime | None]
    """Not to be sent before this time."""
    sending_since: Mapped[datetime | None]
    """When the message was last handed to the mail server."""
    address_hash: Mapped[str] = mapped_column(String, default="")
    """The address it was last sent to, as opt-outs keep it."""
    last_error: Mapped[str] = mapped_column(String, default="")
    """What the mail server said; may hold the address, so it is shown to nobody."""

    def note_response(self, now: datetime) -> None:
        """Keeps the time of the response in line with `responded`."""
        self.responded_at = (self.responded_at or now) if self.responded else None

    def accepted(self, now: datetime) -> None:
        """The mail server took the message."""
        self.send_state, self.sent_at, self.sending_since = "SENT", now, None
        self.status = self.status or "sent"

    def skip(self, reason: str) -> None:
        """The message is not sent on purpose."""
        self.send_state, self.skip_reason, self.sending_since = "SKIPPED", reason, None

    def fail(self, reason: str) -> None:
        """The message cannot be delivered."""
        self.send_state, self.skip_reason, self.sending_since = "FAILED", reason, None
