"""What a service of today makes of the envelopes of the releases; run by test_golden_events.py, one service at a time.

The name does not begin with test_: each run is told which service it is of.
"""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from crm_chassis.db.tables import Inbox, Parked
from crm_chassis.envelope import IncomingEvent
from crm_chassis.service import Service
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.contract.golden import in_order, stored

COPIES = {
    "sales": {"contacts.account": "accounts", "contacts.contact": "contacts"},
    "support": {"contacts.account": "accounts", "contacts.contact": "contacts"},
    "marketing": {"contacts.account": "people_accounts", "contacts.contact": "people_contacts"},
    "reporting": {
        "contacts.account": "accounts", "contacts.activity": "activities", "contacts.contact": "contacts",
        "contacts.lead": "leads", "marketing.campaign": "campaigns", "marketing.campaign_member": "campaign_members",
        "sales.opportunity": "opportunities", "sales.pipeline": "pipelines", "sales.product": "products",
        "support.ticket": "tickets",
    },
}  # fmt: skip
# What the copies keep under the name it has in the event.
SHOWN = ("name", "email", "company", "owner_id", "industry", "source", "status", "display_name", "subject")


@pytest.fixture(scope="session")
def service() -> Service:
    found: Service = importlib.import_module(f"crm_{os.environ['CRM_SERVICE']}.service").service
    return found


@pytest.fixture
def events(receiver: Any) -> list[IncomingEvent]:
    """Everything the service follows, the oldest first."""
    known = stored()
    every = [IncomingEvent.read(one) for type_, _ in in_order(known) for one in known[type_]]
    return [event for event in every if event.record in receiver.records]


def test_every_released_event_is_applied(service: Service, engine: Any, receiver: Any, events: list[Any]) -> None:
    living = [event for event in events if event.action != "deleted"]
    receiver.receive(living)
    copied = {}
    with Session(engine) as session:
        for kind, table in COPIES.get(service.name, {}).items():
            last = next(event for event in reversed(living) if event.record == f"crm.{kind}")
            row = (
                session.execute(text(f"SELECT * FROM {table} WHERE id = :id"), {"id": last.record_id}).mappings().one()
            )
            record = last.payload[kind.split(".")[1]]
            shown = [name for name in SHOWN if name in row and name in record]
            assert {name: str(row[name]) for name in shown} == {name: str(record[name]) for name in shown}, kind
            copied[kind] = shown
    receiver.receive([event for event in events if event.action == "deleted"])
    with Session(engine) as session:
        wrong = session.execute(select(Parked.type, Parked.error)).all()
        assert wrong == []
        applied = session.scalar(select(func.count()).select_from(Inbox))
        assert applied == sum(event.record in one.records for event in events for one in service.every_subscription)
    Path(os.environ["CRM_REPORT"]).write_text(json.dumps({"applied": applied, "copied": copied}))
