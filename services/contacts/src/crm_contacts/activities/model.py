"""The activity: something that happened or is planned between us and a customer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from crm.contacts.v1 import activities_pb2
from crm_chassis.db.base import Id
from crm_chassis.records.model import Personal
from crm_chassis.records.onbehalf import KEY_HAS_ENDED
from crm_chassis.records.sharing import Shared, shared_index
from sqlalchemy import Boolean, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_contacts.base import Record
from crm_contacts.errors import EmailUnchangeable

WRITTEN = frozenset({"type", "subject", "body", "occurred_at", "contact_id", "lead_id"})
"""What an e-mail says, and to whom."""

EMAIL_PROBLEMS = {
    "SENDER_UNKNOWN": "the sender is not known",
    "SENDER_DEACTIVATED": "the sender was deactivated",
    "API_KEY_ENDED": KEY_HAS_ENDED,
    "PERSON_OUT_OF_REACH": "the person is no longer there, or the sender may no longer write to this person",
    "ADDRESS_GONE": "the address is no longer one of this person's",
    "ADDRESS_UNUSABLE": "the address of the sender or of the person cannot be used",
    "DELETED_BEFORE": "it was deleted before it was sent",
    "CANCELLED_BY_OPERATOR": "its sending was cancelled by an operator",
    "REFUSED_BY_SERVER": "refused by the mail server",
    "NOT_ACCEPTED_IN_TIME": "not accepted in",
    "SERVER_AWAY": "the mail server cannot be reached",
    "SERVER_SAYS_LATER": "the mail server says later",
}
"""How the sentence begins that says why an e-mail was not sent, or still waits, by its code."""
OTHER = "UNSUPPORTED_BY_SERVER"
"""What the mail server says itself of what it does not take."""


class Activity(Shared, Record):
    """An entry of the timeline of a contact, an account or a lead."""

    __tablename__ = "activities"
    personal: ClassVar[Personal | None] = Personal("contact_id", also=("lead_id",))
    __table_args__ = (
        Index("activities_created", "created_at", "id"),
        Index("activities_updated", "updated_at", "id"),
        Index("activities_occurred", "occurred_at", "id"),
        Index("activities_contact", "contact_id", "occurred_at", "id"),
        Index("activities_account", "account_id", "occurred_at", "id"),
        Index("activities_lead", "lead_id", "occurred_at"),
        Index("activities_opportunity", "opportunity_id", "occurred_at"),
        Index("activities_owner", "owner_id", "created_at", "id"),
        Index("activities_type", "type", "created_at"),
        Index("activities_channel", "channel", "created_at"),
        Index("activities_done", "done", "created_at"),
        Index("activities_source_id", "source_id", unique=True, postgresql_where="source_id <> ''"),
        shared_index("activities"),
    )
    message = activities_pb2.Activity
    owner_field: ClassVar[str | None] = "owner_id"

    type: Mapped[str] = mapped_column(String)
    subject: Mapped[str] = mapped_column(String)
    body: Mapped[str] = mapped_column(String, default="")
    occurred_at: Mapped[datetime]
    contact_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)
    lead_id: Mapped[str | None] = mapped_column(Id)
    opportunity_id: Mapped[str | None] = mapped_column(Id)
    channel: Mapped[str] = mapped_column(String, default="")
    owner_id: Mapped[str | None] = mapped_column(Id)
    duration_minutes: Mapped[int | None]
    source_id: Mapped[str] = mapped_column(String, default="")
    done: Mapped[bool] = mapped_column(Boolean, default=False)
    email_state: Mapped[str] = mapped_column(String, default="")
    email_to: Mapped[str] = mapped_column(String, default="")
    email_error: Mapped[str] = mapped_column(String, default="")

    @property
    def email_problem(self) -> str:
        """The code of `email_error`; "" if there is none."""
        if not self.email_error:
            return ""
        return next((code for code, begins in EMAIL_PROBLEMS.items() if self.email_error.startswith(begins)), OTHER)

    def check_unsaid(self, changed: Iterable[str]) -> None:
        """Raises EmailUnchangeable if what changed is part of an e-mail that the suite sends."""
        if self.email_state and not WRITTEN.isdisjoint(changed):
            raise EmailUnchangeable()

    def email_sent(self) -> None:
        """The mail server took it."""
        self.email_state, self.email_error, self.done = "SENT", "", True

    def email_failed(self, reason: str) -> None:
        """It will not be sent; the reason is for its sender."""
        self.email_state, self.email_error = "FAILED", reason
