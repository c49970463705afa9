"""The ticket: its status machine, and the facts from which its clocks are measured."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from crm.support.v1 import tickets_pb2
from crm_chassis.db.base import Id
from crm_chassis.records.model import Personal
from crm_chassis.records.sharing import Shared, shared_index
from sqlalchemy import Boolean, Enum, Index, Integer, Sequence, String
from sqlalchemy.orm import Mapped, mapped_column

from crm_support.base import Base, Record
from crm_support.errors import (
    StatusNeedsAction,
    StatusNotReachable,
    TicketClosed,
    TicketNotOpen,
    TicketNotResolved,
    TicketStillOpen,
)
from crm_support.sla.clocks import KINDS, Clock, Pause, Promise, go_on, measure

# What a written status may lead to. RESOLVED and CLOSED are reached by actions, and left by reopening.
REACHABLE = {
    "NEW": {"OPEN", "PENDING_CUSTOMER", "PENDING_INTERNAL"},
    "OPEN": {"PENDING_CUSTOMER", "PENDING_INTERNAL"},
    "PENDING_CUSTOMER": {"OPEN", "PENDING_INTERNAL"},
    "PENDING_INTERNAL": {"OPEN", "PENDING_CUSTOMER"},
}
OPEN = tuple(REACHABLE)
# In these nobody of ours is expected to act: the clocks stand still.
STANDSTILL = frozenset({"PENDING_CUSTOMER", "RESOLVED", "CLOSED"})

# From the least to the most urgent; the database sorts by this order.
PRIORITIES = ("LOW", "MEDIUM", "HIGH", "CRITICAL")

numbers = Sequence("ticket_numbers", metadata=Base.metadata)
"""Running numbers; a transaction that is rolled back leaves a gap."""

_REFERENCE_BYTES = 15


def new_reference() -> str:
    """An unguessable reference: 120 random bits in base32 (RFC 4648), lower case."""
    return base64.b32encode(secrets.token_bytes(_REFERENCE_BYTES)).decode().lower()


class Ticket(Shared, Record):
    """A customer's question, problem or wish."""

    __tablename__ = "tickets"
    personal: ClassVar[Personal | None] = Personal("contact_id")
    __table_args__ = (
        Index("tickets_created", "created_at", "id"),
        Index("tickets_updated", "updated_at", "id"),
        Index("tickets_number", "number", unique=True),
        Index("tickets_reference", "reference", unique=True),
        Index("tickets_contact", "contact_id", "created_at", "id"),
        Index("tickets_account", "account_id", "created_at", "id"),
        Index("tickets_assignee", "assignee_id", "created_at", "id"),
        Index("tickets_team", "team_id", "created_at", "id"),
        Index("tickets_requester", "requester_email", "created_at"),
        Index("tickets_status", "status", "created_at", "id"),
        Index("tickets_priority", "priority", "id"),
        Index("tickets_channel", "channel", "created_at"),
        Index("tickets_type", "type", "created_at"),
        Index("tickets_product", "product", "created_at"),
        Index("tickets_policy", "sla_policy_id", "created_at"),
        Index("tickets_breached", "sla_breached", "created_at"),
        Index("tickets_satisfaction", "satisfaction", "created_at"),
        Index("tickets_first_responded", "first_responded_at"),
        Index("tickets_resolved", "resolved_at", "id"),
        Index("tickets_due", "next_due_at", "id"),
        Index("tickets_breach_check", "breach_check_at", postgresql_where="breach_check_at IS NOT NULL"),
        Index("tickets_tags", "tags", postgresql_using="gin"),
        Index("tickets_external_id", "external_id", unique=True, postgresql_where="external_id <> ''"),
        shared_index("tickets"),
    )
    message = tickets_pb2.Ticket
    computed: ClassVar[frozenset[str]] = frozenset({"sla_clocks"})
    owner_field: ClassVar[str | None] = "assignee_id"
    team_field: ClassVar[str | None] = "team_id"
    queue_permission: ClassVar[str | None] = "tickets.update"
    search_columns = frozenset({"number", "subject"})
    unlogged = frozenset({"breach_check_at"})

    number: Mapped[str]
    reference: Mapped[str]
    subject: Mapped[str]
    description: Mapped[str] = mapped_column(String, default="")
    contact_id: Mapped[str | None] = mapped_column(Id)
    account_id: Mapped[str | None] = mapped_column(Id)
    requester_email: Mapped[str] = mapped_column(String, default="")
    requester_name: Mapped[str] = mapped_column(String, default="")
    status: Mapped[str]
    priority: Mapped[str] = mapped_column(Enum(*PRIORITIES, name="ticket_priority"))
    channel: Mapped[str]
    type: Mapped[str] = mapped_column(String, default="")
    product: Mapped[str] = mapped_column(String, default="")
    assignee_id: Mapped[str | None] = mapped_column(Id)
    team_id: Mapped[str | None] = mapped_column(Id)
    resolution: Mapped[str] = mapped_column(String, default="")
    tags: Mapped[list[str]] = mapped_column(default=list)
    custom: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sla_policy_id: Mapped[str | None] = mapped_column(Id)
    sla_clocks: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    first_responded_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]
    sla_breached: Mapped[bool] = mapped_column(Boolean, default=False)
    reopen_count: Mapped[int] = mapped_column(Integer, default=0)
    satisfaction: Mapped[int | None]
    external_id: Mapped[str] = mapped_column(String, default="")

    waiting_since: Mapped[datetime | None]
    """When the customer last said something that nobody has answered."""
    pauses: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """The times in which the clocks stood still: {"from", "to"}, in order; "to" is null while it lasts."""
    sla_exempt: Mapped[bool] = mapped_column(Boolean, default=False)
    """A historic ticket: promises were never made for it."""
    breach_check_at: Mapped[datetime | None]
    """When the timer must look at the ticket: the next deadline, or a breach that is not published yet."""

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something: neither resolved nor closed."""
        return self.status in REACHABLE

    # -- the status machine -------------------------------------------------------------------------------

    def begin(self, number: int) -> None:
        """Gives a new ticket, after it was added, number, reference and what its creator left out.

        Raises StatusNeedsAction if it is to begin resolved or closed.
        """
        self.number, self.reference = f"T-{number}", new_reference()
        self.priority, self.channel = self.priority or "MEDIUM", self.channel or "API"
        status, self.status = self.status or "NEW", "NEW"
        self.pauses, self.sla_clocks, self.sla_breached = [], [], False
        # Columns left to their defaults would split the insert of an import.
        self.resolution, self.custom = self.resolution or "", self.custom or {}
        self.waiting_since = self.created_at
        self.move(status, self.created_at)

    def move(self, status: str, now: datetime) -> None:
        """Goes to another open status. Raises StatusNeedsAction, TicketNotOpen or StatusNotReachable."""
        if status == self.status:
            return
        if not self.is_open:
            raise TicketNotOpen()
        if status not in REACHABLE:
            raise StatusNeedsAction()
        if status not in REACHABLE[self.status]:
            raise StatusNotReachable(f"A ticket cannot go from {self.status} to {status}.")
        self._enter(status, now)

    def resolve(self, resolution: str, now: datetime) -> None:
        """The question is answered. Raises TicketNotOpen."""
        if not self.is_open:
            raise TicketNotOpen()
        self.resolution = resolution or self.resolution
        self.resolved_at = now
        self._enter("RESOLVED", now)

    def reopen(self, now: datetime) -> None:
        """The answer did not do. Raises TicketStillOpen."""
        if self.is_open:
            raise TicketStillOpen()
        self.resolved_at = self.closed_at = None
        self.reopen_count += 1
        self._enter("OPEN", now)

    def close(self, now: datetime) -> None:
        """Ends a resolved ticket. Raises TicketNotResolved or TicketClosed."""
        if self.status == "CLOSED":
            raise TicketClosed()
        if self.is_open:
            raise TicketNotResolved()
        self.closed_at = now
        self._enter("CLOSED", now)

    def hear(self, author: str, internal: bool, now: datetime) -> bool:
        """What a message does to the ticket; True if it reopens a resolved one. Raises TicketClosed.

        Internal notes and automation do nothing: neither is an answer, and an auto-reply is not the customer.
        """
        if internal or author == "AUTOMATION":
            return False
        if self.status == "CLOSED":
            raise TicketClosed()
        if author == "AGENT":
            self.first_responded_at = self.first_responded_at or now
            self.waiting_since = None
            if self.status == "NEW":
                self._enter("OPEN", now)
            return False
        self.waiting_since = now
        if self.status == "RESOLVED":
            self.reopen(now)
            return True
        if self.status == "PENDING_CUSTOMER":
            self._enter("OPEN", now)
        return False

    def adopt(
        self, status: str, first_responded_at: datetime | None, resolved_at: datetime | None, at: datetime
    ) -> None:
        """Takes over how far the ticket had come by `at` in the system it comes from."""
        self.first_responded_at = first_responded_at or self.first_responded_at
        if self.first_responded_at is not None:
            self.waiting_since = None
        if status != self.status:
            self._enter(status, at)
        if self.is_open:
            self.resolved_at = self.closed_at = None
        else:
            self.resolved_at = resolved_at or self.resolved_at
            self.closed_at = self.resolved_at if status == "CLOSED" else None

    def _enter(self, status: str, now: datetime) -> None:
        stood, stands = self.status in STANDSTILL, status in STANDSTILL
        if stands and not stood:
            self.pauses = [*self.pauses, {"from": now.isoformat(), "to": None}]
        elif stood and not stands:
            self.pauses = [*self.pauses[:-1], {**self.pauses[-1], "to": now.isoformat()}]
        self.status = status

    # -- the clocks ---------------------------------------------------------------------------------------

    def note_breaches(self, now: datetime) -> None:
        """Deadlines that have passed are broken, before anything else happens to the ticket."""
        clocks = self._clocks()
        if any(clock.at(now) != clock for clock in clocks):
            self._keep([clock.at(now) for clock in clocks])

    def reckon(self, promise: Promise | None, now: datetime) -> None:
        """Measures the clocks for the policy that holds now; None if nothing is promised."""
        self.sla_policy_id = promise.policy_id if promise is not None else None
        before = {clock.kind: clock for clock in self._clocks()}
        found = [self._clock(kind, before.get(kind), promise, now) for kind in KINDS]
        self._keep([clock for clock in found if clock is not None])

    def report_breach(self, now: datetime) -> str | None:
        """The kind of a clock whose breach was not published yet; from now on it counts as published."""
        clocks = [clock.at(now) for clock in self._clocks()]
        for position, clock in enumerate(clocks):
            if clock.state == "BREACHED" and not clock.reported:
                clocks[position] = replace(clock, reported=True)
                self._keep(clocks)
                return clock.kind
        return None

    def _clock(self, kind: str, before: Clock | None, promise: Promise | None, now: datetime) -> Clock | None:
        started_at, stopped_at = self._span(kind, before, promise, now)
        if started_at is None:
            return before
        if before is not None:
            over = before.stopped_at is not None
            if over and stopped_at is not None:
                return before
            if before.state == "BREACHED" and not (over and kind == "UPDATE"):
                return go_on(before, promise, stopped_at, self._pauses(), now)
        elif stopped_at is not None and stopped_at < now:
            return None
        target = promise.targets.get((kind, self.priority)) if promise is not None else None
        if promise is None or target is None:
            return None
        return measure(kind, promise, target, started_at, stopped_at, self._pauses(), now)

    def _span(
        self, kind: str, before: Clock | None, promise: Promise | None, now: datetime
    ) -> tuple[datetime | None, datetime | None]:
        """Start and end of a clock; without a start the clock is left as it is.

        The update clock starts with the customer's last unanswered message. Before the first response only the
        first-response clock runs, so that a shorter update target cannot be due before it.
        """
        if kind == "FIRST_RESPONSE":
            return self.created_at, self.first_responded_at
        if kind == "SOLUTION":
            return self.created_at, self.resolved_at
        if self.waiting_since is None:
            return (before.started_at, now) if before is not None and before.stopped_at is None else (None, None)
        first = promise is not None and ("FIRST_RESPONSE", self.priority) in promise.targets
        if first and self.first_responded_at is None:
            return None, None
        return self.waiting_since, None

    def _clocks(self) -> list[Clock]:
        return [Clock.from_json(one) for one in self.sla_clocks]

    def _pauses(self) -> list[Pause]:
        return [
            (datetime.fromisoformat(one["from"]), datetime.fromisoformat(one["to"]) if one["to"] else None)
            for one in self.pauses
        ]

    def _keep(self, clocks: list[Clock]) -> None:
        self.sla_clocks = [clock.to_json() for clock in clocks]
        self.next_due_at = min((c.due_at for c in clocks if c.state == "RUNNING" and c.due_at), default=None)
        broken = [clock for clock in clocks if clock.state == "BREACHED"]
        self.sla_breached = bool(self.sla_breached or broken)
        owed = [c.breached_at for c in broken if not c.reported and c.breached_at]
        self.breach_check_at = min(owed, default=self.next_due_at)

    def search_texts(self) -> Iterable[tuple[str, str]]:
        yield "number", self.number
        yield "subject", self.subject
