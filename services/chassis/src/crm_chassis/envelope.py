"""The form of an event on the wire: a CloudEvent 1.0 in structured JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import crm_contracts
import orjson
from google.protobuf.message import Message

from crm_chassis.contracts.transcode import Encoder, decode, dumps, everything, without_personal
from crm_chassis.errors import InvalidInput

CONTENT_TYPE = "application/cloudevents+json"

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


def seal(message: Message, occurrence: Occurrence) -> bytes:
    """The CloudEvent for a payload. PERSONAL fields are left out unless the event is declared personal."""
    event = crm_contracts.event_of(type(message))
    encoder = _personal if event.personal else _public
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
            "sequence": str(occurrence.version),
            "correlationid": occurrence.correlation_id,
            "causationid": occurrence.causation_id,
            "traceparent": occurrence.traceparent,
            "authid": occurrence.actor_id,
            "dataclassification": "personal" if event.personal else "internal",
            "data": encoder.encode(message),
        }
    )


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

    @cached_property
    def data(self) -> Any:
        """The payload as the message of its type; fields this build does not know are left out."""
        return decode(crm_contracts.event(self.type).message, self.payload, lenient=True)

    @classmethod
    def read(cls, envelope: bytes, *, replayed: bool = False) -> IncomingEvent:
        """Parses an envelope. Raises InvalidInput if it is not a CloudEvent of ours."""
        try:
            found = orjson.loads(envelope)
            if found["specversion"] != "1.0" or not isinstance(found["data"], dict):
                raise ValueError("not a CloudEvent 1.0 with an object as data")
            type_ = found["type"]
            if found["source"] != f"/crm/{type_.split('.')[1]}" or len(type_.split(".")) != 5:
                raise ValueError("source and type do not belong together")
            return cls(
                envelope=envelope,
                id=str(found["id"]),
                type=type_,
                record_id=str(found["subject"]),
                version=int(found["sequence"]),
                time=datetime.fromisoformat(found["time"]),
                actor_id=str(found.get("authid", "")),
                correlation_id=str(found.get("correlationid", "")),
                traceparent=str(found.get("traceparent", "")),
                payload=found["data"],
                replayed=replayed,
            )
        except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
            raise InvalidInput(f"not an event of this suite: {error}") from error
