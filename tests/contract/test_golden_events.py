"""Events of the releases work with today's services, and today's events with consumers of the last release."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import crm_contracts
import pytest
from crm_chassis.contracts.transcode import Encoder, decode, dumps, everything
from crm_chassis.envelope import IncomingEvent
from crm_contracts import OUTPUT_ONLY, REQUIRED, behavior_of
from crm_contracts.tools.source import Source
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from deploy.dev.catalogue import REPOSITORY, catalogue
from tests.contract import golden

RELEASED = golden.released()
EVENTS = {rules.type: (descriptor, rules) for descriptor, rules in RELEASED.events().items()}


def test_every_released_event_has_its_envelope() -> None:
    """After a release: `python -m tests.contract.golden`."""
    stored = golden.stored()
    assert set(stored) == set(EVENTS)
    for type_, place in golden.in_order(EVENTS):
        wanted = json.loads(golden.envelope(EVENTS[type_][0], type_, place))["data"]
        assert golden.fields(json.loads(stored[type_][-1])["data"]) == golden.fields(wanted), type_


@pytest.mark.slow
@pytest.mark.parametrize("name", catalogue().services)
def test_todays_services_apply_the_events_of_every_release(name: str, tmp_path: Path) -> None:
    """Nothing is parked, and the copies say what the events say."""
    report = tmp_path / "report.json"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/contract/golden/consumer.py"],
        cwd=REPOSITORY,
        env=os.environ | {"CRM_SERVICE": name, "CRM_REPORT": str(report)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    follows = catalogue().services[name].follows
    told = json.loads(report.read_text())
    assert told["applied"] >= len(follows)
    assert all(told["copied"].values())


@pytest.mark.parametrize("type_", sorted(EVENTS))
def test_consumers_of_the_last_release_read_todays_events(type_: str) -> None:
    """They pass over what they do not know and find all that their contract promises."""
    descriptor, rules = EVENTS[type_]
    sent = golden.envelope(crm_contracts.event(type_).message.DESCRIPTOR, type_, 1)
    event = json.loads(sent)
    assert event["subject"] == at(event["data"], rules.subject)
    assert event["dataclassification"] == ("personal" if rules.personal else "internal")
    assert event["dataschema"] == f"urn:protobuf:{descriptor.full_name}"
    strange = with_strangers(event["data"])
    read = decode(message_factory.GetMessageClass(descriptor), strange, lenient=True)
    assert missing(read, event["data"]) == []
    # Each value that the consumer's contract knows is the one that was sent.
    seen = json.loads(dumps(Encoder(everything).encode(read)))
    assert differing(seen, event["data"]) == []


def test_a_later_field_and_a_later_value_are_passed_over(shop: Any) -> None:
    """The same with a contract that has really grown."""
    before: Source = shop()
    after: Source = shop("string name = 2", "string nickname = 99; string name = 2")
    (old, _), (new, _) = (next(iter(source.events().items())) for source in (before, after))
    message = golden.payload(new, "created")
    sent = json.loads(dumps(Encoder(everything).encode(message)))
    assert ".".join(sorted(golden.fields(sent))).count("nickname") > 0
    read = decode(message_factory.GetMessageClass(old), sent, lenient=True)
    seen = json.loads(dumps(Encoder(everything).encode(read)))
    assert "nickname" not in json.dumps(seen)
    assert differing(seen, sent) == []


def test_a_change_is_told_by_the_newest_version_of_its_event(monkeypatch: pytest.MonkeyPatch) -> None:
    first = crm_contracts.event("crm.contacts.account.updated.v1")
    later = [replace(first, type=f"crm.contacts.account.updated.v{number}") for number in (10, 9)]
    events = {one.type: one for one in (*crm_contracts.events().values(), *later)}
    monkeypatch.setattr(crm_contracts, "events", lambda: events)
    # Past the cache, in which nobody shall find these.
    found = crm_contracts.current_event.__wrapped__
    assert found("crm.contacts.account", "updated") is later[0]
    with pytest.raises(LookupError, match=r"no event says eaten of crm\.contacts\.account"):
        found("crm.contacts.account", "eaten")


def test_an_envelope_is_read_as_it_lies_in_the_queues_of_its_release() -> None:
    for type_, envelopes in golden.stored().items():
        for one in envelopes:
            event = IncomingEvent.read(one)
            assert (event.type, event.unreadable) == (type_, False)
            assert event.data.ByteSize() > 0


def with_strangers(value: Any) -> Any:
    """A payload with a field of a later version in every object."""
    if isinstance(value, dict):
        return {"from_a_later_version": [{"x": 1}], **{key: with_strangers(item) for key, item in value.items()}}
    return [with_strangers(item) for item in value] if isinstance(value, list) else value


def at(data: Any, path: str) -> Any:
    for part in path.split("."):
        data = data[part]
    return data


def missing(message: Message, data: Any, path: str = "") -> list[str]:
    """Fields that the contract calls required and that were sent, but are empty in what was read."""
    found = []
    descriptor: Descriptor = message.DESCRIPTOR
    for field in descriptor.fields:
        where = f"{path}.{field.name}"
        value = getattr(message, field.name)
        promised = {REQUIRED, OUTPUT_ONLY} & behavior_of(field) and data.get(field.name)
        if promised and value == message_factory.GetMessageClass(descriptor)().__getattribute__(field.name):
            found.append(where)
        if field.message_type is not None and not field.is_repeated and message.HasField(field.name):
            inner = data.get(field.name)
            found += missing(value, inner, where) if isinstance(inner, dict) else []
    return found


def differing(seen: Any, sent: Any, path: str = "") -> list[str]:
    """Paths at which what was read is not what was sent; what was sent may have more."""
    if isinstance(seen, dict) and isinstance(sent, dict):
        known = {key: value for key, value in seen.items() if key != "from_a_later_version"}
        return [one for key, value in known.items() for one in differing(value, sent.get(key), f"{path}.{key}")]
    if isinstance(seen, list) and isinstance(sent, list) and len(seen) == len(sent):
        return [one for a, b in zip(seen, sent, strict=True) for one in differing(a, b, path)]
    return [] if seen == sent or (not seen and not sent) else [f"{path}: {seen!r} instead of {sent!r}"]
