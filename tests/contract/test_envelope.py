"""The attributes of events, by the rules of CloudEvents and of the extensions that they are named after."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from crm.sales.v1 import opportunities_pb2
from crm_chassis.access.actor import ANONYMOUS, SYSTEM, Actor
from crm_chassis.envelope import IncomingEvent, Occurrence, as_published, seal
from crm_subscriber import Event

RECORD, USER = "01a200c7-6a3d-7cbd-9f0e-26a692283a1b", "01a200c4-4bc8-7a27-a38d-7caf8983fb58"
ABOUT = Occurrence(
    "01a200c9-236d-7960-ada8-95cd60c47dd1", RECORD, 10, datetime(2026, 1, 2, tzinfo=UTC), USER, "request",
    "01a200c9-236d-7960-ada8-95cd60c47dd0", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    actor_type="app_user",
)  # fmt: skip
EMPTY = Occurrence(ABOUT.event_id, RECORD, 9, ABOUT.at, "", "", "", "", actor_type="system")
OPTIONAL = {"correlationid", "causationid", "traceparent", "authid"}


def envelope(about: Occurrence) -> bytes:
    return seal(opportunities_pb2.OpportunityWon(opportunity={"id": RECORD, "name": "Größe"}), about)


def attributes(body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(body)
    return found


def of_before(body: bytes) -> bytes:
    """As version 0.1.0 wrote it."""
    found = attributes(body)
    found["sequence"] = str(int(found["sequence"]))
    del found["authtype"]
    return json.dumps(dict.fromkeys(OPTIONAL, "") | found, ensure_ascii=False, separators=(",", ":")).encode()


def test_what_there_is_not_is_absent() -> None:
    assert attributes(envelope(ABOUT)).keys() >= OPTIONAL
    assert not attributes(envelope(EMPTY)).keys() & OPTIONAL
    assert all(value != "" for value in attributes(envelope(EMPTY)).values())


def test_the_sequence_of_a_record_can_be_ordered_as_text() -> None:
    versions = [1, 2, 9, 10, 11, 99, 100, (1 << 63) - 1]
    written = [attributes(envelope(replace(ABOUT, version=version)))["sequence"] for version in versions]
    assert written == sorted(written)
    assert [IncomingEvent.read(envelope(replace(ABOUT, version=one))).version for one in versions] == versions
    assert [Event.read(envelope(replace(ABOUT, version=one))).sequence for one in versions] == versions


@pytest.mark.parametrize(
    ("actor", "type_"),
    [
        (Actor(USER), "app_user"), (Actor(USER, api_key="crm_abc"), "api_key"), (SYSTEM, "system"),
        (Actor("sla", "system"), "system"), (ANONYMOUS, "unauthenticated"), (Actor("", "gateway"), "service_account"),
    ],
)  # fmt: skip
def test_who_it_was_is_said_by_kind(actor: Actor, type_: str) -> None:
    found = attributes(envelope(replace(ABOUT, actor_id=actor.id, actor_type=actor.auth_type)))
    assert (found["authtype"], found.get("authid", "")) == (type_, actor.id)


@pytest.mark.parametrize("about", [ABOUT, EMPTY])
def test_an_event_of_before_goes_out_as_those_of_now(about: Occurrence) -> None:
    now, before = envelope(about), of_before(envelope(about))
    assert IncomingEvent.read(before).version == IncomingEvent.read(now).version
    unknown = attributes(now) | {"authtype": "unknown" if about.actor_id else "system"}
    assert attributes(as_published(before)) == unknown
    assert as_published(now) is now
