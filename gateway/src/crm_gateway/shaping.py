"""The form of an answer that a client asks for: some of the fields, and the names of what ids refer to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

import crm_contracts
from crm_chassis.errors import DomainError, InvalidInput
from crm_chassis.ids import as_uuid
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from crm_gateway.transcode import parse_query
from crm_gateway.upstreams import Upstreams
from crm_gateway.web import Request

IDS_PER_CALL = 40
"""As many as the length of a filter lets through."""
IDS_PER_BATCH = 1000
MAX_PATHS = 100

Mask = dict[str, "Mask"]
"""What stays of an object, by name; what stays of its parts; {} for all of a part."""


@dataclass(frozen=True)
class Shape:
    """What a client asks for beside the message."""

    mask: Mask = field(default_factory=dict)
    expand: tuple[FieldDescriptor, ...] = ()


@cache
def lists() -> Mapping[str, crm_contracts.Method]:
    """The method that lists the records of a kind, by kind: "crm.contacts.account"."""
    found: dict[str, crm_contracts.Method] = {}
    for method in crm_contracts.methods().values():
        record = crm_contracts.listed(method.response.DESCRIPTOR)
        if record is None or method.http is None or "{" in method.http.path or method.domain == "common":
            continue
        if "page_token" not in method.request.DESCRIPTOR.fields_by_name:
            continue
        found[f"crm.{method.domain}.{crm_contracts.resource_of(record).name}"] = method
    return found


@cache
def batches() -> Mapping[str, crm_contracts.Method]:
    """The method that reads records of a kind by their ids, by kind, as far as there is one."""
    return {
        f"crm.{method.domain}.{crm_contracts.resource_of(record).name}": method
        for method in crm_contracts.methods().values()
        if method.name.startswith("BatchGet") and (record := crm_contracts.listed(method.response.DESCRIPTOR))
    }


@dataclass(frozen=True)
class Part:
    """Whose part the value of a field is the id of."""

    reference: str
    """The field that refers to the record."""
    kind: str
    """Of the record: "crm.sales.pipeline"."""
    list: str
    """Where the record has its parts."""
    title: str
    """By which people recognise a part."""


@cache
def part_of(field: FieldDescriptor) -> Part | None:
    """What the contract says of a field whose value is the id of a part of a record."""
    path = crm_contracts.rules_of(field).part_of
    if not path:
        return None
    reference, parts, title = path.split(".")
    kind = crm_contracts.rules_of(field.containing_type.fields_by_name[reference]).reference
    return Part(reference, kind, parts, title)


class Shaping:
    """Reads `fields` and `expand` of a request, and gives its answer that form."""

    def __init__(self, upstreams: Upstreams, method: crm_contracts.Method, http: crm_contracts.Http) -> None:
        self._upstreams = upstreams
        response = method.response.DESCRIPTOR
        page = crm_contracts.rows_of(response)
        self._page = page.name if page is not None else ""
        record = crm_contracts.listed(response)
        if record is None and crm_contracts.resource_of(response):
            record = response
        # A POST is shaped only if it reads, as batchGet does.
        self._record: Descriptor | None = record if http.verb == "GET" or method.policy.read_only else None

    def of(self, request: Request) -> Shape:
        """The form that is asked for; it is taken out of the query. Raises InvalidInput for fields that are none."""
        if self._record is None or not (b"fields=" in request.query or b"expand=" in request.query):
            return Shape()
        asked: dict[str, list[str]] = {"fields": [], "expand": []}
        rest = []
        for name, text in parse_query(request.query):
            if name in asked:
                asked[name] += [path.strip() for path in text.split(",")]
            else:
                rest.append((name, text))
        request.query = urlencode(rest).encode()
        return Shape(_mask(self._record, asked["fields"]), _references(self._record, asked["expand"]))

    async def apply(self, shape: Shape, answer: dict[str, Any], request: Request) -> dict[str, Any]:
        """The answer in that form."""
        records: Sequence[dict[str, Any]] = answer.get(self._page, ()) if self._page else (answer,)
        names = await self._names(shape.expand, records, request) if shape.expand else None
        if shape.mask:
            masked = [_masked(record, shape.mask) for record in records]
            answer = answer | {self._page: masked} if self._page else masked[0]
        return answer if names is None else answer | {"names": names}

    async def _names(
        self, expand: Iterable[FieldDescriptor], records: Iterable[dict[str, Any]], request: Request
    ) -> dict[str, str]:
        """Names by id, as far as the caller may read them."""
        wanted: dict[tuple[str, Part | None], set[str]] = {}
        for reference in expand:
            part = part_of(reference)
            kind = part.kind if part else crm_contracts.rules_of(reference).reference
            for record in records:
                value = record.get(part.reference if part else reference.name) or ()
                # A job or a timer that has done something is named, and is no record.
                ids = filter(as_uuid, [value] if isinstance(value, str) else value)
                wanted.setdefault((kind, part), set()).update(ids)
        calls = [
            self._named(method, asked, part, request)
            for (kind, part), known in wanted.items()
            if request.caller.actor.may(lists()[kind].policy.permission)
            for method, asked in _calls(kind, sorted(known))
        ]
        names: dict[str, str] = {}
        for found in await asyncio.gather(*calls):
            names |= found
        return names

    async def _named(
        self, method: crm_contracts.Method, asked: Message, part: Part | None, request: Request
    ) -> dict[str, str]:
        try:
            raw = await self._upstreams.call(method, asked.SerializeToString(), request)
        except DomainError:
            return {}  # An answer without names is better than none.
        page = crm_contracts.rows_of(method.response.DESCRIPTOR)
        assert page is not None, "lists and batches answer with records"
        records = request.caller.encoder.encode(method.response.FromString(raw))[page.name]
        title = crm_contracts.resource_of(page.message_type).title_field
        if part is not None:
            records, title = [entry for whole in records for entry in whole.get(part.list, ())], part.title
        return {record["id"]: name for record in records if (name := record.get(title))}


def _calls(kind: str, ids: Sequence[str]) -> Iterator[tuple[crm_contracts.Method, Message]]:
    """The calls that tell the names of records: many are asked for by their ids where that can be done."""
    if len(ids) > IDS_PER_CALL and kind in batches():
        method = batches()[kind]
        yield from ((method, method.request(ids=some)) for some in _portions(ids, IDS_PER_BATCH))
        return
    method = lists()[kind]
    for some in _portions(ids, IDS_PER_CALL):
        yield method, method.request(page_size=len(some), filter=" OR ".join(f'id = "{id_}"' for id_ in some))


def _portions(ids: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _references(record: Descriptor, names: Iterable[str]) -> tuple[FieldDescriptor, ...]:
    known = {f.name: f for f in record.fields if part_of(f) or crm_contracts.rules_of(f).reference in lists()}
    unknown = sorted(set(names) - known.keys())
    if unknown:
        raise InvalidInput.of("expand", f"{unknown[0][:100]!r} is none of {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(names))


def _mask(record: Descriptor, paths: Sequence[str]) -> Mask:
    if len(paths) > MAX_PATHS:
        raise InvalidInput.of("fields", f"may name {MAX_PATHS} fields")
    mask: Mask = {}
    for path in paths:
        part, at = mask, record
        for name in path.split("."):
            known = at.fields_by_name.get(name) if at is not None else None
            if known is None:
                raise InvalidInput.of("fields", f"there is no field {path[:100]!r}")
            part, at = part.setdefault(name, {}), known.message_type
    return mask


def _masked(value: Any, mask: Mask) -> Any:
    if isinstance(value, list):
        return [_masked(item, mask) for item in value]
    if not mask or not isinstance(value, dict):
        return value
    return {name: _masked(value[name], part) for name, part in mask.items() if name in value}
