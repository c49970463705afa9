"""Events of made-up records, short to write."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from crm.contacts.v1 import leads_pb2
from crm.identity.v1 import users_pb2
from crm.sales.v1 import opportunities_pb2
from crm.support.v1 import tickets_pb2
from crm_chassis.ids import uuid7
from crm_chassis.records.mapping import timestamp

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
    return opportunities_pb2.OpportunityCreated(opportunity=given | fields)


def lead(owner: str, **fields: Any) -> Any:
    given = {"id": uuid7(), "owner_id": owner, "status": "NEW", "created_at": at(5)}
    return leads_pb2.LeadCreated(lead=given | fields)


def ticket(assignee: str, **fields: Any) -> Any:
    given = {"id": uuid7(), "subject": "help", "assignee_id": assignee, "status": "OPEN", "priority": "HIGH",
             "created_at": at(2)}  # fmt: skip
    return tickets_pb2.TicketCreated(ticket=given | fields)


def member(id_: str, manager: str | None = None, name: str = "Somebody", **fields: Any) -> Any:
    """A user of the directory."""
    given = {"id": id_, "display_name": name, "manager_id": manager, "status": "ACTIVE"}
    return users_pb2.UserCreated(user=given | fields)
