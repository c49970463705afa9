"""An event as a handler sees it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import crm_contracts
from google.protobuf import json_format

_TYPE = re.compile(r"crm(\.[a-z][a-z0-9_]*){3}\.v[1-9][0-9]*")


class NotAnEvent(ValueError):
    """What was delivered is not an event of the suite."""


@dataclass(frozen=True)
class Event:
    """One event. `data` is the payload as plain values, `message` the same as the message of its type."""

    id: str
    type: str
    """What happened to what kind of record: "crm.sales.opportunity.won.v1"."""
    subject: str
    """Id of the record."""
    sequence: int
    """Version of the record after the event; the next event of the record has the next number."""
    time: datetime
    data: dict[str, Any]
    envelope: dict[str, Any]
    """All attributes as they came, those of `data` too."""

    @property
    def kind(self) -> str:
        """Kind of the record: "crm.sales.opportunity"."""
        return kind_of(self.type)

    @cached_property
    def message(self) -> Any:
        """The payload as a message of crm-contracts, without what the installed version does not know.

        Raises KeyError if it does not know the type.
        """
        message = crm_contracts.event(self.type).message()
        return json_format.ParseDict(self.data, message, ignore_unknown_fields=True)

    @classmethod
    def read(cls, body: bytes | str) -> Event:
        """Reads a CloudEvent in structured JSON. Raises NotAnEvent if it is none of the suite's."""
        try:
            envelope = json.loads(body)
            if envelope["specversion"] != "1.0" or not isinstance(envelope["data"], dict):
                raise ValueError("no CloudEvent 1.0 with an object as data")
            found = cls(
                id=envelope["id"],
                type=envelope["type"],
                subject=envelope["subject"],
                sequence=int(envelope["sequence"]),
                time=datetime.fromisoformat(envelope["time"]),
                data=envelope["data"],
                envelope=envelope,
            )
            if not _TYPE.fullmatch(found.type) or not 1 <= found.sequence < 1 << 63:
                raise ValueError("type or sequence are none of the suite's")
            if str(UUID(found.subject)) != found.subject:
                raise ValueError("the subject is no id")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise NotAnEvent(repr(error)) from error
        return found


def kind_of(type_: str) -> str:
    """Kind of the record that a type of event is about."""
    return ".".join(type_.split(".")[:3])
