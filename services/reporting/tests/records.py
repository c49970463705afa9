"""Events of made-up records, short to write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from crm.contacts.v1 import events_pb2 as contacts_events
from crm.identity.v1 import events_pb2 as identity_events
from crm.sales.v1 import events_pb2 as sales_events
from crm.support.v1 import events_pb2 as support_events
from crm_chassis.contracts.mapping import timestamp
from crm_chassis.ids import uuid7

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def at(days: float) -> Any:
    """So many days before NOW."""
    return timestamp(NOW - timedelta(days=days))


def money(amount: str, currency: str = "USD") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def deal(owner: str, status: str = "OPEN", amount: str | None = None, currency: str = "USD", **fields: Any) -> Any:
    """A deal that was created 30 days ago and, if it is closed, closed 10 days ago."""
    given: dict[str, Any] = {"id": uuid7(), "name": "deal", "owner_id": owner, "status": status, "created_at": at(30)}
    if amount is not None:
        given["amount"] = money(amount, currency)
    if status != "OPEN":
        given |= {"close_date": "2026-05-10", "closed_at": at(10)}
    return sales_events.OpportunityCreated(opportunity=given | fields)


def lead(owner: str, **fields: Any) -> Any:
    given = {"id": uuid7(), "owner_id": owner, "status": "NEW", "created_at": at(5)}
    return contacts_events.LeadCreated(lead=given | fields)


def ticket(assignee: str, **fields: Any) -> Any:
    given = {"id": uuid7(), "subject": "help", "assignee_id": assignee, "status": "OPEN", "priority": "HIGH",
             "created_at": at(2)}  # fmt: skip
    return support_events.TicketCreated(ticket=given | fields)


def member(id_: str, manager: str | None = None, name: str = "Somebody", **fields: Any) -> Any:
    """A user of the directory."""
    given = {"id": id_, "display_name": name, "manager_id": manager, "status": "ACTIVE"}
    return identity_events.UserCreated(user=given | fields)
