"""One envelope per event of each release, as that release would have published it, with every field filled.

    python -m tests.contract.golden

adds those of a new release (`python -m crm_contracts.tools release` comes first): a file per event type in a folder
named like the version of the contracts. A type whose newest envelope has the same fields gets no new file. What is
there is never written again: these are events as they lie in queues and logs of the users of that release.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import crm_contracts
from crm_chassis.envelope import Occurrence, seal
from crm_contracts import Format
from crm_contracts.tools.build import PROTO, RELEASED
from crm_contracts.tools.source import Source, map_value
from google.protobuf import message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.message import Message

FOLDER = Path(__file__).parent
MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DEPTH = 5
_TEXTS = {
    Format.EMAIL: "someone@example.com",
    Format.PHONE: "+442079460000",
    Format.URL: "https://example.com/",
    Format.CURRENCY: "EUR",
    Format.COUNTRY: "DE",
    Format.DECIMAL: "12.50",
    Format.DATE: "2026-01-02",
    Format.TIME_ZONE: "Europe/Berlin",
    Format.LANGUAGE: "en",
    Format.DOMAIN: "example.com",
    Format.FILTER: 'name = "Acme"',
    Format.TAG: "vip",
}


def released() -> Source:
    """The contracts of the last release, in a descriptor pool of their own."""
    return Source(FileDescriptorSet.FromString(RELEASED.read_bytes()))


def version() -> str:
    """The version of the contracts."""
    return str(tomllib.loads((PROTO / "pyproject.toml").read_text())["project"]["version"])


def stored() -> dict[str, list[bytes]]:
    """The envelopes by event type, those of the oldest release first."""
    found: dict[str, list[bytes]] = {}
    for path in sorted(FOLDER.glob("*/*.json"), key=lambda path: [*map(int, path.parent.name.split("."))]):
        found.setdefault(path.stem, []).append(path.read_bytes().rstrip(b"\n"))
    return found


def id_of(name: str) -> str:
    """The id of the release's one record of that name: `contact_id` points to its contact wherever it stands."""
    return str(uuid5(NAMESPACE_URL, f"{version()} {name}"))


def payload(descriptor: Descriptor, action: str) -> Message:
    """The payload of an event with every field filled; only what was deleted says so."""
    message = message_factory.GetMessageClass(descriptor)()
    _fill(message, action, DEPTH)
    return message


def envelope(descriptor: Descriptor, type_: str, place: int) -> bytes:
    """The event as it would have been published, as the change number `place` of its record."""
    message = payload(descriptor, type_.split(".")[3])
    subject = crm_contracts.event(type_).subject.split(".")
    occurrence = Occurrence(
        event_id=id_of(type_),
        record_id=reduce(getattr, subject, message),
        version=place,
        at=MOMENT,
        actor_id=id_of("user"),
        correlation_id=id_of("request"),
        causation_id="",
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    return seal(message, occurrence)


def in_order(types: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Event types with the number of the change each of them stands for: created is the first, deleted the last."""
    records: dict[str, list[str]] = {}
    for type_ in types:
        records.setdefault(".".join(type_.split(".")[:3]), []).append(type_)
    rank = {"created": 0, "deleted": 2}
    for _, ones in sorted(records.items()):
        ones.sort(key=lambda type_: (rank.get(type_.split(".")[3], 1), type_))
        yield from ((type_, place) for place, type_ in enumerate(ones, 1))


def write() -> list[str]:
    """Adds the envelopes of the last release; returns the types of the new ones."""
    folder, known, written = FOLDER / version(), stored(), []
    events = {rules.type: descriptor for descriptor, rules in released().events().items()}
    for type_, place in in_order(events):
        new = envelope(events[type_], type_, place)
        if type_ in known and fields(json.loads(known[type_][-1])["data"]) == fields(json.loads(new)["data"]):
            continue
        folder.mkdir(exist_ok=True)
        with open(folder / f"{type_}.json", "xb") as file:
            file.write(new + b"\n")
        written.append(type_)
    return written


def fields(value: Any, path: str = "") -> set[str]:
    """The paths of all fields in a payload."""
    if isinstance(value, dict):
        return {path, *(one for key, item in value.items() for one in fields(item, f"{path}.{key}"))}
    if isinstance(value, list):
        return {path, *(one for item in value for one in fields(item, path))}
    return {path}


def _fill(message: Any, action: str, depth: int) -> None:
    for field in message.DESCRIPTOR.fields:
        oneof = field.containing_oneof
        if oneof is not None and message.WhichOneof(oneof.name):
            continue
        if field.name == "deleted_at" and action != "deleted":
            continue
        target = getattr(message, field.name)
        if value := map_value(field):
            if value.message_type is None:
                target["key"] = _value(value, message.DESCRIPTOR)
        elif field.message_type is not None:
            if depth:
                _fill_message(target.add() if field.is_repeated else target, action, depth - 1)
        elif field.is_repeated:
            target.append(_value(field, message.DESCRIPTOR))
        else:
            setattr(message, field.name, _value(field, message.DESCRIPTOR))


def _fill_message(message: Any, action: str, depth: int) -> None:
    name = message.DESCRIPTOR.full_name
    if name == "google.protobuf.Timestamp":
        message.FromDatetime(MOMENT)
    elif name == "google.protobuf.Struct":
        message.update({"key": "value"})
    else:
        _fill(message, action, depth)


def _value(field: FieldDescriptor, owner: Descriptor) -> Any:
    rules = crm_contracts.rules_of(field)
    if field.enum_type is not None:
        return next(value.number for value in field.enum_type.values if value.number)
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        if field.type == FieldDescriptor.TYPE_BYTES:
            return b"bytes"
        return _text(field, owner, rules)
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return True
    return int(rules.minimum or 0) or 1


def _text(field: FieldDescriptor, owner: Descriptor, rules: Any) -> str:
    if field.name == "id":
        resource = crm_contracts.resource_of(owner)
        return id_of(resource.name if resource else owner.name)
    if field.name.endswith(("_id", "_ids")) or rules.format == Format.UUID:
        return id_of(field.name.removesuffix("s").removesuffix("_id"))
    if rules.format in _TEXTS:
        return _TEXTS[rules.format]
    if field.name in ("created_by", "etag"):
        return {"created_by": id_of("user"), "etag": "1"}[field.name]
    return str(field.name)[: rules.max_length or None]
