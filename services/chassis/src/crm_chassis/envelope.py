"""The form of an event on the wire: a CloudEvent 1.0 in structured JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import crm_contracts
import orjson
from google.protobuf.message import Message

from crm_chassis.contracts.transcode import Encoder, decode, dumps, everything, without_personal
from crm_chassis.errors import InvalidInput

CONTENT_TYPE = "application/cloudevents+json"
MAX_BYTES = 8 * 1024 * 1024
"""The largest envelope that is read; a record is far smaller, as calls are limited to 4 MiB."""

PLACES = ("owner", "team", "territory")
"""What says whose a record is."""

_TYPE = re.compile(r"crm(\.[a-z][a-z0-9_]*){3}\.v[1-9][0-9]*")
_MAX_VERSION = (1 << 63) - 1
_OPTIONAL = ("correlationid", "causationid", "traceparent", "authid")
"""Attributes that are absent where they would be empty."""

_INNER = ("readers", "formerreaders")
"""Attributes that tell who sees a record, as ids with commas between them."""

_personal = Encoder(everything)
_public = Encoder(without_personal)


@dataclass(frozen=True)
class Occurrence:
    """What is known about an event beside its payload."""

    event_id: str
    record_id: str
    version: int
    at: datetime
    actor_id: str
    correlation_id: str
    causation_id: str
    traceparent: str
    former: Mapping[str, str] = field(default_factory=dict)
    """What has changed of "owner", "team" and "territory", as it was before: ids, "" for none."""
    actor_type: str = ""
    """What kind of actor it was, see `Actor.auth_type`; unknown if it is not said."""
    readers: frozenset[str] = frozenset()
    """Whom the record is shared with after the event: ids of users, teams, roles and territories."""
    former_readers: frozenset[str] | None = None
    """Whom it was shared with before, if the event changes that."""


def seal(message: Message, occurrence: Occurrence) -> bytes:
    """The CloudEvent for a payload. PERSONAL fields are left out unless the event is declared personal."""
    event = crm_contracts.event_of(type(message))
    encoder = _personal if event.personal else _public
    known = (occurrence.correlation_id, occurrence.causation_id, occurrence.traceparent, occurrence.actor_id)
    return dumps(
        {
            "specversion": "1.0",
            "id": occurrence.event_id,
            "source": f"/crm/{event.domain}",
            "type": event.type,
            "subject": occurrence.record_id,
            "time": occurrence.at,
            "datacontenttype": "application/json",
            "dataschema": f"urn:protobuf:{message.DESCRIPTOR.full_name}",
            "sequence": _sequence(occurrence.version),
            **{name: value for name, value in zip(_OPTIONAL, known, strict=True) if value},
            "authtype": occurrence.actor_type or _unsaid(occurrence.actor_id),
            "dataclassification": "personal" if event.personal else "internal",
            **{f"former{name}": id_ for name, id_ in occurrence.former.items()},
            **_told_to(occurrence),
            "data": encoder.encode(message),
        }
    )


def _told_to(occurrence: Occurrence) -> dict[str, str]:
    found = {"readers": ",".join(sorted(occurrence.readers))} if occurrence.readers else {}
    if occurrence.former_readers is not None:
        found["formerreaders"] = ",".join(sorted(occurrence.former_readers))
    return found


def as_published(envelope: bytes) -> bytes:
    """An envelope of ours as those of today are written: 0.1.0 wrote short sequences, empty attributes and no authtype.
    Whom a record is shared with is nobody's outside.

    Logs and queues hold such envelopes, and whoever orders events by their sequence meets both.
    """
    found: dict[str, Any] = orjson.loads(envelope)
    empty = [name for name in _OPTIONAL if found.get(name) == ""]
    inner = [name for name in _INNER if name in found]
    if not empty and not inner and "authtype" in found:
        return envelope
    for name in (*empty, *inner):
        del found[name]
    found["sequence"] = _sequence(int(found["sequence"]))
    found.setdefault("authtype", _unsaid(found.get("authid", "")))
    return dumps(found)


def _sequence(version: int) -> str:
    """A version in as many digits as the largest has, so that sequences are in order as texts."""
    return f"{version:0{len(str(_MAX_VERSION))}}"


def _unsaid(actor_id: str) -> str:
    return "unknown" if actor_id else "system"


@dataclass(frozen=True)
class IncomingEvent:
    """An event as a subscriber sees it."""

    envelope: bytes
    id: str
    type: str
    record_id: str
    version: int
    time: datetime
    actor_id: str
    correlation_id: str
    traceparent: str
    payload: dict[str, Any]
    replayed: bool = False
    """Whether the publisher sent it out of its log."""
    former: Mapping[str, str] = field(default_factory=dict)
    """Whose the record was before, as in an Occurrence."""
    readers: frozenset[str] = frozenset()
    former_readers: frozenset[str] | None = None
    """Whom it is and was shared with, as in an Occurrence."""

    @property
    def record(self) -> str:
        """Kind of the record the event belongs to: "crm.sales.opportunity"."""
        return ".".join(self.type.split(".")[:3])

    @property
    def action(self) -> str:
        """What happened: "won"."""
        return self.type.split(".")[3]

    @property
    def source(self) -> str:
        """The service that published it."""
        return self.type.split(".")[1]

    @property
    def unreadable(self) -> bool:
        """Whether the type is a later version of an event than this build knows: its payload may mean anything."""
        return self.type not in crm_contracts.events() and not self.type.endswith(".v1")

    @cached_property
    def data(self) -> Any:
        """The payload as the message of its type; fields this build does not know are left out."""
        return decode(crm_contracts.event(self.type).message, self.payload, lenient=True)

    @classmethod
    def read(cls, envelope: bytes, *, replayed: bool = False, traceparent: str = "") -> IncomingEvent:
        """Parses an envelope. Raises InvalidInput if it is not a CloudEvent of ours.

        `traceparent` is the span that sent it, if known; without it, the one in which it happened is the parent.
        """
        try:
            found = _parse(envelope)
            if found["specversion"] != "1.0" or not isinstance(found["data"], dict):
                raise ValueError("not a CloudEvent 1.0 with an object as data")
            type_ = found["type"]
            if not _TYPE.fullmatch(type_):
                raise ValueError("the type is not one of ours")
            if found["source"] != f"/crm/{type_.split('.')[1]}":
                raise ValueError("source and type do not belong together")
            declared = crm_contracts.events().get(type_)
            if declared and found["dataschema"] != f"urn:protobuf:{declared.message.DESCRIPTOR.full_name}":
                raise ValueError("dataschema and type do not belong together")
            time = datetime.fromisoformat(found["time"])
            if time.tzinfo is None:
                raise ValueError("the time has no zone")
            return cls(
                envelope=envelope,
                id=_id(found["id"]),
                type=type_,
                record_id=_id(found["subject"]),
                version=_version(found["sequence"]),
                time=time,
                actor_id=str(found.get("authid", "")),
                correlation_id=str(found.get("correlationid", "")),
                traceparent=traceparent or str(found.get("traceparent", "")),
                payload=found["data"],
                replayed=replayed,
                former={name: str(found[key]) for name in PLACES if (key := f"former{name}") in found},
                readers=_ids(found.get("readers", "")),
                former_readers=_ids(found["formerreaders"]) if "formerreaders" in found else None,
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise InvalidInput(f"not an event of this suite: {error}") from error


def _parse(envelope: bytes) -> dict[str, Any]:
    if len(envelope) > MAX_BYTES:
        raise ValueError(f"{len(envelope)} bytes are too many")
    found: dict[str, Any] = orjson.loads(envelope)
    # Keys may stand twice, and another reader would take the other one. What comes from a relay is written the way
    # it is written here, so only strange envelopes are looked at a second time.
    if orjson.dumps(found) != envelope:
        json.loads(envelope, object_pairs_hook=_without_duplicates)
    return found


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _ids(text: str) -> frozenset[str]:
    return frozenset(_id(one) for one in text.split(",") if one)


def _id(text: str) -> str:
    if str(UUID(text)) != text:
        raise ValueError("an id is not written as ids are")
    return text


def _version(text: str) -> int:
    version = int(text)
    if not 1 <= version <= _MAX_VERSION:
        raise ValueError("the sequence is out of range")
    return version
