"""What is read as an event, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import crm_contracts
import pytest
from crm_subscriber import Event, NotAnEvent

CATALOGUE = (Path(crm_contracts.__file__).parents[2] / "docs" / "events.md").read_text()
EXAMPLES = re.findall(r"^`(crm\.[a-z_.]+\.v[0-9]+)`.*?```json\n(.*?)\n```", CATALOGUE, re.MULTILINE | re.DOTALL)
RECORD = "01a200c7-6a3d-7cbd-9f0e-26a692283a1b"


def envelope(**changes: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0", "id": "01a200c9-236d-7960-ada8-95cd60c47dd1", "source": "/crm/sales",
        "type": "crm.sales.opportunity.won.v1", "subject": RECORD, "time": "2026-11-22T01:05:11.49Z", "sequence": "4",
        "data": {"opportunity": {"id": RECORD, "status": "WON", "amount": {"amount": "17000.00", "currency": "GBP"}}},
        **changes,
    }  # fmt: skip


def test_plain_and_typed() -> None:
    found = Event.read(json.dumps(envelope()))
    assert (found.kind, found.subject, found.sequence) == ("crm.sales.opportunity", RECORD, 4)
    assert found.data["opportunity"]["amount"]["amount"] == "17000.00"
    assert found.message.opportunity.amount.amount == "17000.00"


@pytest.mark.parametrize(("type_", "example"), EXAMPLES, ids=[type_ for type_, _ in EXAMPLES])
def test_the_example_of_every_type_in_the_catalogue_is_typed(type_: str, example: str) -> None:
    found = Event.read(json.dumps(envelope(type=type_, data=json.loads(example))))
    assert isinstance(found.message, crm_contracts.event(type_).message)


def test_what_a_later_version_adds_is_passed_over() -> None:
    found = Event.read(json.dumps(envelope(new="x", data={"new": 1, "opportunity": {"id": RECORD, "new": {}}})))
    assert (found.message.opportunity.id, found.envelope["new"]) == (RECORD, "x")
    unknown = Event.read(json.dumps(envelope(type="crm.sales.moon.landed.v2")))
    assert unknown.data["opportunity"]["status"] == "WON"
    with pytest.raises(KeyError):
        _ = unknown.message


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff", b"[]", b"null", b"{}", "[" * 100_000]
    + [
        json.dumps(envelope(**{name: value}))
        for name, value in [
            ("specversion", "2.0"), ("data", []), ("data", None), ("type", "x"), ("type", 7), ("type", None),
            ("subject", ""), ("subject", "x"), ("subject", "\ud800"), ("subject", 7), ("sequence", "0"),
            ("sequence", "x"), ("sequence", None), ("sequence", str(1 << 63)), ("time", "yesterday"), ("time", None),
        ]
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused(body: Any) -> None:
    with pytest.raises(NotAnEvent):
        Event.read(body)
