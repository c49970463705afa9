"""Events for the tests."""

from __future__ import annotations

import json
import uuid

from crm_subscriber import Event

TYPE = "crm.sales.opportunity.won.v1"


def event(subject: str, sequence: int, type_: str = TYPE) -> Event:
    envelope = {
        "specversion": "1.0", "id": str(uuid.uuid4()), "type": type_, "subject": subject, "sequence": str(sequence),
        "time": "2026-11-22T01:05:11.490829Z", "data": {"opportunity": {"id": subject}},
    }  # fmt: skip
    return Event.read(json.dumps(envelope))


def new_id() -> str:
    return str(uuid.uuid4())
